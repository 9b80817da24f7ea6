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
	"used-up": {
		What:  contract.Text2{ZH: "对不起，这台机器的备用号码已用完", EN: "Sorry, this machine has no spare numbers left"},
		Do:    contract.Text2{ZH: "取号系统还没有恢复连接。您可以到另一台取号机取号，或到服务台由工作人员人工取号。", EN: "The queue system cannot be reached yet. Please use another machine, or get a number by hand at the desk."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "备用号码已用完，请到另一台机器或服务台取号", EN: "No spare numbers left: please use another machine or the desk"},
	},
	"cut-off": {
		What:  contract.Text2{ZH: "您好，取号系统正在重新连接，本机照常取号", EN: "The queue system is reconnecting; this machine still gives numbers"},
		Do:    contract.Text2{ZH: "您可以照常取号。您的排队位置按取号时间计算，连接恢复后自动登记。", EN: "Please take a number as usual. Your place counts from the time of taking and is registered as soon as the system is back."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "系统正在重新连接，本机照常取号", EN: "Reconnecting; numbers are given as usual"},
	},
	"not-noted": {
		What:  contract.Text2{ZH: "对不起，您的号码还没有登记上", EN: "Sorry, your number is not registered yet"},
		Do:    contract.Text2{ZH: "请再试一次，或记下号码，到服务台告诉工作人员，我们会为您登记。", EN: "Please try again, or write the number down and tell it to our staff at the desk, who will register it."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "号码还没有登记上，请再试一次", EN: "The number is not registered yet, please try again"},
	},
	"quota": {
		What:  contract.Text2{ZH: "对不起，今天的号已经取完", EN: "Sorry, today's numbers for this service are all taken"},
		Do:    contract.Text2{ZH: "请预约其他时间，或明天再来；急事请到服务台，工作人员会为您想办法。", EN: "Please book another time or come tomorrow. If it is urgent, our staff at the desk will find a way."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "部分事项今天的号已经取完", EN: "Some services are full today"},
	},
	"interval": {
		What:  contract.Text2{ZH: "对不起，这个时段的号已经取完", EN: "Sorry, the numbers for this part of the day are all taken"},
		Do:    contract.Text2{ZH: "请在下一个时段再来，或预约其他时间。", EN: "Please come back in the next part of the day, or book a time."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "部分事项本时段的号已经取完", EN: "Some services are full for now"},
	},
	"closing": {
		What:  contract.Text2{ZH: "对不起，今天下班前可能办不到您了", EN: "Sorry, your turn may not come before closing time"},
		Do:    contract.Text2{ZH: "现在等候的人较多，为了不让您白等，请预约其他时间，或到服务台请工作人员安排。", EN: "Many people are waiting. So that you do not wait in vain, please book another time, or let our staff arrange it for you."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "部分事项临近下班，暂停取号", EN: "Some services are near closing"},
	},
	"off-hours": {
		What:  contract.Text2{ZH: "对不起，现在不在办理时间", EN: "Sorry, this service is not open at this hour"},
		Do:    contract.Text2{ZH: "请在该事项的办理时间再来，或预约其他时间。", EN: "Please come back during its hours, or book a time."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "部分事项不在办理时间", EN: "Some services are not open at this hour"},
	},
	"declined": {
		What:  contract.Text2{ZH: "对不起，这次没有办成", EN: "Sorry, this could not be done"},
		Do:    contract.Text2{ZH: "请返回重新选择，或到服务台请工作人员为您办理。", EN: "Please go back and choose again, or let our staff do it for you at the desk."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "这次没有办成，请返回重新选择", EN: "Not done: please go back and choose again"},
	},
	"unanswered": {
		What:  contract.Text2{ZH: "对不起，系统这次没有回应", EN: "Sorry, the system did not answer"},
		Do:    contract.Text2{ZH: "请返回再试一次；如果仍然不行，请到服务台，工作人员会为您办理。", EN: "Please go back and try again. If it fails again, our staff at the desk will do it for you."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "系统没有回应，请再试一次", EN: "No answer, please try again"},
	},
	"alone": {
		What:  contract.Text2{ZH: "对不起，系统暂时连接不上，现在不能查询和预约", EN: "Sorry, the system cannot be reached: no enquiries or appointments now"},
		Do:    contract.Text2{ZH: "请稍等片刻再试。您也可以先取普通号，或到服务台出示预约。", EN: "Please try again in a moment. You can also take an ordinary number, or show your appointment at the desk."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "暂时不能查询和预约", EN: "No enquiries or appointments at the moment"},
	},
	"not-found": {
		What:  contract.Text2{ZH: "对不起，没有找到您今天的预约", EN: "Sorry, no appointment of today was found"},
		Do:    contract.Text2{ZH: "请返回换一种方式查找，核对预约码和日期；也可以直接取普通号。", EN: "Please go back and try another way, and check code and date. You can also take an ordinary number."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "没有找到预约", EN: "No appointment was found"},
	},
	"no-times": {
		What:  contract.Text2{ZH: "对不起，这个事项近几天的时间已经约满", EN: "Sorry, every time of the coming days is taken"},
		Do:    contract.Text2{ZH: "请明天再看看有没有新的时间，也可以直接来大厅取号。", EN: "Please look again tomorrow, or come and take a number in the hall."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "近几天已经约满", EN: "The coming days are full"},
	},
	"wrong-code": {
		What:  contract.Text2{ZH: "对不起，这不是号票上的二维码", EN: "Sorry, this is not the code of a ticket"},
		Do:    contract.Text2{ZH: "请扫描号票上的二维码，可以查看前面还有几人。", EN: "Please scan the code on your ticket to see how many people are ahead of you."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "请扫描号票上的二维码", EN: "Please scan the code on your ticket"},
	},
	"slip-left": {
		What:  contract.Text2{ZH: "您好，出票口有一张没有取走的小票", EN: "Somebody's slip is still in the slot"},
		Do:    contract.Text2{ZH: "请取走前面的小票，交给工作人员或放在一旁，然后照常取号。", EN: "Please take it out and give it to our staff, then go on as usual."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "请取走前面的小票", EN: "Please take out the slip that is still in the slot"},
	},
	"card-left": {
		What:  contract.Text2{ZH: "您好，读卡区有一张身份证", EN: "An ID card lies on the reader"},
		Do:    contract.Text2{ZH: "请取走身份证；如果不是您的，请交给工作人员。", EN: "Please take your card. If it is not yours, please give it to our staff."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "请取走身份证", EN: "Please take the ID card from the reader"},
	},
	"clock-doubt": {
		What:  contract.Text2{ZH: "您好，大厅的时钟正在校准", EN: "The hall's clock is being set"},
		Do:    contract.Text2{ZH: "您可以照常取号，时间请以工作人员告知的为准。", EN: "You can take numbers as usual. Please go by the time that our staff tell you."},
		Ask:   askDesk,
		Short: contract.Text2{ZH: "时钟正在校准，取号照常", EN: "The clock is being set; numbers are given as usual"},
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
