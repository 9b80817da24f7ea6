package e2e

import (
	"slices"
	"time"
)

// control proves that the judge sees: with one thing wrong that was right, it
// complains.
func (c *calling) control(calls []ordered, unspoken map[string]map[uint64]string) {
	c.t.Helper()
	if len(c.wrongs) > 0 {
		return
	}
	s := c.screens[len(c.screens)-1]
	var one *drawing // the last call that it drew and announced
	for _, d := range s.drawn {
		if !d.Announced.IsZero() && (one == nil || d.Call > one.Call) {
			one = d
		}
	}
	if one == nil || len(c.heard["east"]) < 4 || len(c.heard["west"]) < 4 {
		c.t.Fatal("nothing was announced")
	}
	was, east, west := *one, c.heard["east"], c.heard["west"]
	for name, spoil := range map[string]func(){
		"a call is not drawn":         func() { delete(s.drawn, was.Call) },
		"another number is drawn":     func() { one.Number = "A000" },
		"another window is drawn":     func() { one.Window = "99号窗口" },
		"an old call is announced":    func() { one.Announced = one.Announced.Add(time.Hour) },
		"a call comes from nowhere":   func() { s.drawn[1<<40] = &drawing{Call: 1 << 40, Number: "A001"} },
		"a call is not spoken":        func() { c.heard["east"] = east[:len(east)-1] },
		"a call is spoken twice":      func() { c.heard["west"] = append(slices.Clone(west), west[0]) },
		"other words are spoken":      func() { c.heard["west"] = spoken(west, "请九九九号到九号窗口办理") },
		"calls are out of order":      func() { c.heard["west"] = turned(west) },
		"a silent call is spoken":     func() { c.heard["east"] = append(slices.Clone(east), utterance{call: c.silentCall(calls)}) },
		"it is spoken and unspoken":   func() { unspoken["east"] = map[uint64]string{east[len(east)-1].call: "stale"} },
		"a call of the other zone is": func() { c.heard["west"] = append(slices.Clone(west), east[0]) },
	} {
		before := unspoken["east"]
		spoil()
		c.compare(calls, unspoken)
		if len(c.wrongs) == 0 {
			c.t.Errorf("the judge does not see that %s", name)
		}
		c.wrongs = nil
		*one = was
		s.drawn[was.Call] = one
		delete(s.drawn, 1<<40)
		c.heard["east"], c.heard["west"], unspoken["east"] = east, west, before
	}
}

// spoken is a list whose last announcement has other words.
func spoken(list []utterance, words string) []utterance {
	list = slices.Clone(list)
	list[len(list)-1].words = words
	return list
}

// turned is a list with its first and last announcement in each other's place.
func turned(list []utterance) []utterance {
	list = slices.Clone(list)
	list[0], list[len(list)-1] = list[len(list)-1], list[0]
	return list
}

// silentCall is a call that no voice may speak.
func (c *calling) silentCall(calls []ordered) uint64 {
	for _, o := range calls {
		if c.made[o.number].silent {
			return o.call
		}
	}
	c.t.Error("there was no silent call")
	return 0
}
