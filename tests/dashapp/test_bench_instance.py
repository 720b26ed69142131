import json
import subprocess
import sys

from dashapp.bench.instance import first_seconds


def test_the_start_of_the_program_is_part_of_the_first_instances_time():
    program = (
        "import time; time.sleep(1);"
        "from dashapp.bench.instance import first_seconds;"
        "print([first_seconds(s) for s in (9, 1)])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
    long, short = json.loads(told)
    assert 9 - 6 < long < 9 - 1.3
    assert short == 0.5


def test_no_time_is_more_than_was_given():
    assert 5 <= first_seconds(10) <= 10
