package text

import "hallward/devices/contract"

// Trouble is the words of one error page: what happened, what to do now, and
// whom to ask (R-VOICE-04). The place and the phone of Ask are the hall's own
// and stand beside it. Short is the same in a few words, for a notice line.
type Trouble struct {
	What, Do, Ask, Short contract.Text2
}

var askDesk = contract.Text2{ZH: "如需帮助，请找工作人员：", EN: "Our staff are glad to help:"}

// Troubles are the error pages of the kiosk by reason (flow.Reason).
var Troubles = map[string]Trouble{
	"paper-out": {
		What:  contract.Text2{ZH: "对不起，这台机器的打印纸用完了", EN: "Sorry, this machine is out of paper"},
		Do:    contract.Text2{ZH: "您可以在屏幕上取号，也可以到旁边的取号机取号。工作人员会尽快换纸。", EN: "You can take your number on the screen, or use the machine next to this one. Staff will refill it soon."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "打印纸用完，可在屏幕上取号", EN: "Out of paper: numbers are given on the screen"},
	},
	"cover-open": {
		What:  contract.Text2{ZH: "对不起，打印机的盖子打开了", EN: "Sorry, the printer's cover is open"},
		Do:    contract.Text2{ZH: "工作人员可能正在换纸，请稍等片刻；也可以在屏幕上取号，或到旁边的取号机取号。", EN: "Staff may be changing the paper, please wait a moment. You can also take your number on the screen or use the next machine."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "打印机正在维护，可在屏幕上取号", EN: "Printer being serviced: numbers are given on the screen"},
	},
	"cutter": {
		What:  contract.Text2{ZH: "对不起，打印机的切纸刀卡住了", EN: "Sorry, the printer's cutter is stuck"},
		Do:    contract.Text2{ZH: "请不要拉扯纸张。您可以在屏幕上取号，也可以到旁边的取号机取号。", EN: "Please do not pull the paper. You can take your number on the screen or use the next machine."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "打印机故障，可在屏幕上取号", EN: "Printer fault: numbers are given on the screen"},
	},
	"no-printer": {
		What:  contract.Text2{ZH: "对不起，打印机现在没有回应", EN: "Sorry, the printer does not respond"},
		Do:    contract.Text2{ZH: "您可以在屏幕上取号，也可以到旁边的取号机取号。", EN: "You can take your number on the screen or use the next machine."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "打印机故障，可在屏幕上取号", EN: "Printer fault: numbers are given on the screen"},
	},
	"paused": {
		What:  contract.Text2{ZH: "对不起，这个事项暂时不能取号", EN: "Sorry, this service gives no numbers at the moment"},
		Do:    contract.Text2{ZH: "请返回选择其他事项，或到服务台询问何时恢复办理。", EN: "Please go back and choose another service, or ask at the desk when it resumes."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "部分事项暂停取号", EN: "Some services are paused"},
	},
	"closed": {
		What:  contract.Text2{ZH: "您好，现在不是取号时间", EN: "Numbers are not given at this hour"},
		Do:    contract.Text2{ZH: "请在办公时间再来；已经取号的办事群众，我们会继续为您办完。", EN: "Please come back during opening hours. If you already hold a number, you will still be served today."},
		Ask:   contract.Text2{ZH: "有急事请找值班人员：", EN: "For urgent matters, please ask the duty staff:"},
		Short: contract.Text2{ZH: "现在不是取号时间", EN: "Numbers are not given at this hour"},
	},
	"away": {
		What:  contract.Text2{ZH: "对不起，取号系统暂时连接不上", EN: "Sorry, the queue system cannot be reached"},
		Do:    contract.Text2{ZH: "我们正在自动重新连接，通常不到一分钟，请稍等；也可以到服务台人工取号。", EN: "We are reconnecting, usually within a minute, please wait. You can also get a number by hand at the desk."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "取号系统正在重新连接，请稍等", EN: "The queue system is reconnecting, please wait"},
	},
	"no-answer": {
		What:  contract.Text2{ZH: "对不起，这次没有取到号", EN: "Sorry, no number was given this time"},
		Do:    contract.Text2{ZH: "请再试一次；如果仍然取不到，请到服务台人工取号。您没有重复排队。", EN: "Please try again. If it fails again, get a number by hand at the desk. You have not been queued twice."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "没有取到号，请再试一次", EN: "No number was given, please try again"},
	},
	"refused": {
		What:  contract.Text2{ZH: "对不起，这个事项现在不能取号", EN: "Sorry, no number can be given for this service now"},
		Do:    contract.Text2{ZH: "请返回选择其他事项，或到服务台请工作人员为您安排。", EN: "Please go back and choose another service, or let our staff arrange it for you."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "现在不能取号", EN: "No number can be given now"},
	},
	"not-noted": {
		What:  contract.Text2{ZH: "对不起，您的号码还没有登记上", EN: "Sorry, your number is not registered yet"},
		Do:    contract.Text2{ZH: "请再试一次，或记下号码，到服务台告诉工作人员，我们会为您登记。", EN: "Please try again, or write the number down and tell it to our staff at the desk, who will register it."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "号码还没有登记上，请再试一次", EN: "The number is not registered yet, please try again"},
	},
}

// TroubleOf is the page of a reason; an unknown one is explained as an answer
// that did not come.
func TroubleOf(reason string) Trouble {
	if t, ok := Troubles[reason]; ok {
		return t
	}
	return Troubles["no-answer"]
}
