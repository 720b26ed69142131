"""Invented names of compounds."""

from typing import Final

from data.rules.areas import CompoundKind

COMPOUND_NAMES: Final = (
    "望江", "长虹", "安居", "银杏", "锦绣", "清河", "临江", "东园", "梧桐", "桃园", "和平", "朝阳", "文苑",
    "兰苑", "海棠", "玉兰", "丁香", "芙蓉", "丹桂", "紫薇", "春晖", "秋实", "松柏", "翠竹", "月季", "石榴",
    "云锦", "映月", "听涛", "沁园", "雅筑", "康乐", "永泰", "德馨", "明珠", "金谷", "瑞景", "祥和", "福临",
    "新泰", "华光", "育才", "百花", "双桥", "南苑", "北苑", "绿地", "碧云", "仁和", "广福",
)  # fmt: skip
SUFFIX: Final = {
    CompoundKind.ESTATE: ("苑", "花园", "名邸", "公寓"),
    CompoundKind.OLD_ESTATE: ("小区", "新村", "里"),
    CompoundKind.TERRACES: ("里", "坊"),
    CompoundKind.DORMITORY: ("宿舍",),
}
