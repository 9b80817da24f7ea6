// Package voice lets the hall speak (语音叫号): the grammar of an announcement,
// and one queue for each zone, so that announcements never overlap. The sound
// itself is a driver's (devices/driver/voice/...): recorded clips on a sound
// card, a speech chip, a strip with a speaker.
package voice

import (
	"hallward/devices"
	"hallward/devices/contract"
)

// Speeches is a call as it is spoken, one sentence for each language.
func Speeches(c contract.Call, langs []string) []devices.Speech { return nil }

// Caption is a call as it is written: the same words as are spoken (R-BOARD-10).
func Caption(c contract.Call, lang string) string { return "" }
