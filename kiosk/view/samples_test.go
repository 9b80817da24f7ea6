package view_test

import (
	"hallward/kiosk/flow"
	"hallward/kiosk/view"
	"hallward/kiosk/view/viewtest"
)

func init() {
	view.SetSamples(func(lang string, large bool) map[string]flow.State {
		m := map[string]flow.State{}
		for _, s := range viewtest.Samples(viewtest.Hall(), lang, large) {
			m[s.Name] = s.State
		}
		return m
	})
}
