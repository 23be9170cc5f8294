"""Roads in sections: what a version names instead of a point on a road."""

from __future__ import annotations

from eirene.desks.land import Land
from eirene.missions import mission_named

AMBER = mission_named("amber")


def test_a_point_on_a_road_is_on_that_section_and_the_middle_says_no_more():
    found = AMBER.road_near(-10.72793, -1.15829)
    assert found is not None
    assert found.ref == "D1"
    same = AMBER.road_near(-10.7244, -1.1546)
    assert same == found
    area = Land(AMBER).road_near(-10.72793, -1.15829)
    assert area is not None
    assert (area.name, area.radius_m) == (found.name, found.radius_m)


def test_a_point_in_the_bush_is_on_no_road():
    assert AMBER.road_near(-9.13, -0.49) is None
    assert mission_named("car").road_near(18.5, 4.3) is None
