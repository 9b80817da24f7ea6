package controller

import (
	"encoding/json"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// centreCommands are what the centre may tell the hall.
var centreCommands = []string{contract.CmdAppointments, contract.CmdNoticePost, contract.CmdNoticeWithdraw,
	contract.CmdResultsPublish, contract.CmdResultsWithdraw, contract.CmdDutySet}

// blocked passes an answer on, and logs one that kept a word from the public
// that nobody may use towards a citizen (R-VOICE-03).
func (c *Controller) blocked(from string, r contract.Request, a contract.Answer) contract.Answer {
	if a.Error != nil && a.Error.Code == hall.ForbiddenWord {
		c.log.Warn("a text with a forbidden word was refused", "from", from, "request", r.Type, "words", a.Error.MessageEN)
	}
	return a
}

// tellAlarm logs an alarm that was raised or cleared.
func (c *Controller) tellAlarm(e contract.Event) {
	var a contract.Alarm
	if json.Unmarshal(e.Data, &a) != nil {
		return
	}
	if e.Type == contract.EvAlarmRaised {
		c.log.Warn("alarm", "alarm", a.Alarm, "subject", a.Subject, "since", a.Since)
	} else {
		c.log.Info("alarm over", "alarm", a.Alarm, "subject", a.Subject)
	}
}
