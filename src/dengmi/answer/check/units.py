"""Units of measure: how they are spelled, what they measure, how many of the smallest they are."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple


class Unit(NamedTuple):
    """What a unit measures ("length") and its size in that measure's own base."""

    measure: str
    size: float


_TABLE: Final = """
sound 1: db decibel decibels 分贝
length 0.001: mm millimetre millimetres millimeter millimeters 毫米
length 0.01: cm centimetre centimetres centimeter centimeters 厘米 公分
length 1: m metre metres meter meters 米
length 1000: km kilometre kilometres kilometer kilometers 公里 千米
length 500: 里
length 1609.344: mile miles mi 英里
length 0.3048: ft foot feet 英尺
length 0.0254: inch inches 英寸
mass 0.000001: microgram micrograms µg μg mcg 微克
mass 0.001: mg milligram milligrams 毫克
mass 1: g gram grams 克
mass 1000: kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes 公斤 千克
mass 500: 斤
mass 1000000: t ton tons tonne tonnes 吨
mass 28.35: oz ounce ounces 盎司
mass 453.6: lb lbs 磅
time 1: second seconds sec secs 秒钟 秒
time 60: minute minutes min mins 分钟
time 3600: hour hours hr hrs h 个小时 小时 个钟头 钟头
time 86400: day days 天 日
time 604800: week weeks fortnight 个星期 个礼拜 星期 礼拜 周
time 2629800: month months 个月 月
time 7889400: quarter quarters 个季度 季度
time 31557600: year years yr yrs 周岁 周年 年 岁
time 315576000: decade decades 个年代
time 3155760000: century centuries 个世纪 世纪
money-usd 1: dollar dollars usd us$ $ 美元 美金
money-cny 1: yuan rmb cny ¥ 元人民币 块钱 元 块
money-eur 1: euro euros eur € 欧元
money-gbp 1: pound pounds gbp £ 英镑
money-jpy 1: yen jpy 日元
money-hkd 1: hkd hk$ 港元 港币
money-cent 1: cent cents 美分 欧分 分钱
money-krw 1: won krw 韩元
money-chf 1: franc francs chf 瑞士法郎
share 1: % percent percentage per\u00a0cent pct 个百分点 ％
volume 0.001: ml millilitre millilitres milliliter milliliters 毫升
volume 1: l litre litres liter liters 公升 升
volume 0.24: cup cups
volume 0.015: tablespoon tablespoons tbsp 汤匙
volume 0.005: teaspoon teaspoons tsp 茶匙
area 1: m² sqm 平方米 平米 ㎡
area 1000000: km² 平方公里 平方千米
area 10000: ha hectare hectares 公顷
area 4046.9: acre acres 英亩
area 666.667: mu 亩
heat 1: °c ℃ celsius 摄氏度
heat-f 1: °f ℉ fahrenheit 华氏度
degree 1: degree degrees °
data 0.000001: byte bytes 字节
data 0.001: kb
data 1: mb
data 1000: gb
data 1000000: tb
rate 1: mbps mbit/s
rate 1000: gbps
power 1: watt watts w 瓦
power 1000: kw kilowatt kilowatts 千瓦
power 1000000: mw megawatt megawatts 兆瓦
energy 1: kwh kilowatt\u00a0hour kilowatt\u00a0hours kilowatt-hours 千瓦时 度电
energy 1000: mwh 兆瓦时
food 1: kcal calorie calories 千卡 大卡 卡路里
food 0.239: kj kilojoule kilojoules 千焦
charge 1: mah 毫安时
wave 1: hz 赫兹
wave 1000000: mhz 兆赫
wave 1000000000: ghz 吉赫
speed 1: km/h kmh kph 公里/小时 公里每小时 km\u00a0per\u00a0hour
speed 1: kilometres\u00a0per\u00a0hour kilometers\u00a0per\u00a0hour
speed 1: kilometres\u00a0an\u00a0hour kilometers\u00a0an\u00a0hour
speed 1.609: mph miles\u00a0per\u00a0hour miles\u00a0an\u00a0hour
times 1: times 倍
"""


@cache
def units() -> Mapping[str, Unit]:
    """Every spelling (lower case) with its unit."""
    return dict(_read())


@cache
def pattern() -> str:
    """The body of a regular expression for any spelling, the longest first."""
    latin = sorted((u for u in units() if u.isascii() and u[-1].isalpha()), key=len, reverse=True)
    other = sorted(units().keys() - set(latin), key=len, reverse=True)
    listed = "|".join(map(re.escape, other))
    return rf"(?:{'|'.join(map(re.escape, latin))})(?![a-z²³])|{listed}"


def _read() -> Iterator[tuple[str, Unit]]:
    for line in _TABLE.strip().splitlines():
        head, _, spellings = line.partition(": ")
        measure, size = head.split()
        for spelling in spellings.split(" "):
            yield spelling.replace("\u00a0", " "), Unit(measure, float(size))
