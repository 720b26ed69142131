"""Invented names of streets, compounds, and what else lies between them."""

from typing import Final

from data.rules.areas import CompoundKind

STREET_NAMES: Final = (
    "云莲路", "昌里路", "清河路", "望江路", "新桥路", "东园路", "临江路", "银杏路", "锦绣路", "长虹路",
    "安居路", "和平路", "朝阳路", "梧桐路", "桃园路", "文苑路", "兰苑路", "向阳路", "春晖路", "秋实路",
    "松柏路", "翠竹路", "海棠路", "玉兰路", "丁香路", "芙蓉路", "丹桂路", "紫薇路", "月季路", "石榴路",
    "云锦路", "映月路", "听涛路", "沁园路", "康乐路", "永泰路", "德馨路", "明珠路", "金谷路", "瑞景路",
    "祥和路", "福临路", "新泰路", "华光路", "育才路", "百花路", "双桥路", "南苑路", "北苑路", "碧云路",
    "仁和路", "广福路", "船坞路", "钢花路", "耀安路", "济安路", "德安路", "滨河路", "码头路", "渡口路",
)  # fmt: skip
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
# What lies between the estates, what lies beyond them and takes more room, and what lies along the river.
NEAR_USES: Final = (
    ("park", "公园"), ("other", "小学"), ("other", "幼儿园"), ("other", "中学"), ("other", "菜场"),
    ("other", "卫生服务中心"), ("other", "商业广场"), ("park", "街心花园"), ("other", "便民中心"),
)  # fmt: skip
FAR_USES: Final = (
    ("other", "会展馆"), ("other", "商务区"), ("other", "体育中心"), ("park", "中心绿地"),
    ("other", "科创园"), ("other", "美术馆"),
)  # fmt: skip
RIVER_USES: Final = (
    ("park", "滨江绿地"), ("park", "滨江公园"), ("park", "湿地公园"), ("other", "滨江会展馆"),
)  # fmt: skip
