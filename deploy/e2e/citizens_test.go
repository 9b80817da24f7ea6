package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"hallward/devices/sim/people"
)

// Citizens at the real window with more than one touch on their mind: a class
// of priority, two services on one number, and no ID card where one is asked
// for (R-KIOSK-05, -06, -19). The numbers are those on the paper.
func TestCitizensWithMore(t *testing.T) {
	h := newHouse(t)
	h.start("centre", "hallsim", "hall", "kiosk")
	k := h.citizen("kiosk")
	for _, wish := range []people.Wish{
		{Unit: "housing", Service: "housing-rent", Class: "elderly"},
		{Unit: "housing", Service: "housing-rent"}, // the next person has no class
		{Unit: "housing", Service: "housing-rent", More: []string{"housing-quality"}},
		{Unit: "medical", Service: "medical-chronic"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		number, err := k.Take(ctx, wish, nil)
		cancel()
		if err != nil {
			t.Fatalf("%+v: %v", wish, err)
		}
		if got := h.lastSlip("kiosk-1").Lines; !slices.Contains(got, number) {
			t.Errorf("%+v: %s is not on the paper %q", wish, number, got)
		}
	}
}
