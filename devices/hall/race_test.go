//go:build race

package hall_test

const raceDetector = true
