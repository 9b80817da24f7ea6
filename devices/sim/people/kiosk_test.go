package people

import "testing"

// What a citizen touches on each page, for one service, for several and with a
// class of priority.
func TestWay(t *testing.T) {
	page := func(screen, class string, touches ...string) Screen {
		s := Screen{Screen: screen, Class: class}
		for i := 0; i < len(touches); i += 2 {
			s.Touches = append(s.Touches, Touch{Touch: touches[i], Arg: touches[i+1]})
		}
		return s
	}
	one := Wish{Unit: "u", Service: "a"}
	two := Wish{Unit: "u", Service: "a", More: []string{"b"}}
	senior := Wish{Unit: "u", Service: "a", Class: "elderly"}
	home := []string{"unit", "v", "unit", "u", "classes", "", "next-page", "", "back", ""}
	services := []string{"service", "a", "service", "b", "collect", "", "home", ""}
	several := []string{"service", "a", "service", "b", "single", "", "basket", "", "home", ""}
	for _, c := range []struct {
		wish       Wish
		page       Screen
		chosen     int
		touch, arg string
	}{
		{one, page("attract", "", "start", "", "language", ""), 0, "start", ""},
		{one, page("home", "", home...), 0, "unit", "u"},
		{one, page("home", "", "unit", "v", "next-page", ""), 0, "next-page", ""},
		{one, page("home", "elderly", home...), 0, "back", ""},
		{one, page("services", "", services...), 0, "service", "a"},
		{one, page("services", "", "service", "c", "home", ""), 0, "home", ""},
		{one, page("card", "", "type-id", "", "without-id", "", "home", ""), 0, "without-id", ""},
		{one, page("info", "", "home", ""), 0, "home", ""},
		{two, page("services", "", services...), 0, "collect", ""},
		{two, page("services", "", several...), 0, "service", "a"},
		{two, page("services", "", several...), 1, "service", "b"},
		{two, page("services", "", several...), 2, "basket", ""},
		{two, page("basket", "", "remove", "a", "take-all", "", "home", ""), 2, "take-all", ""},
		{senior, page("home", "", home...), 0, "classes", ""},
		{senior, page("classes", "", "class", "disabled", "class", "elderly"), 0, "class", "elderly"},
		{senior, page("home", "elderly", home...), 0, "unit", "u"},
	} {
		c.page.Chosen = []string{"a", "b"}[:c.chosen]
		touch, arg, err := c.wish.way(c.page)
		if err != nil || touch != c.touch || arg != c.arg {
			t.Errorf("%+v on %s after %d: %s %q (%v), want %s %q", c.wish, c.page.Screen, c.chosen, touch, arg, err, c.touch, c.arg)
		}
	}
	if touch, _, err := one.way(page("printing", "")); err == nil {
		t.Errorf("%s on a page that offers nothing", touch)
	}
}
