package view

import "hallward/kiosk/flow"

// samplesForTree is set by the outer test package, which may import viewtest.
var samplesForTree func(lang string, large bool) map[string]flow.State

// SetSamples gives the tests inside the package their states.
func SetSamples(f func(lang string, large bool) map[string]flow.State) { samplesForTree = f }
