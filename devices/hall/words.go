package hall

import (
	"strconv"
	"strings"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// Codes of refusals beside those of queue.
const (
	BadRequest     = "bad-request"
	NotAllowed     = "not-allowed"
	Closed         = "closed"
	ServicePaused  = "service-paused"
	UnknownService = "unknown-service"
	NoWindow       = "no-window"
	UnknownTicket  = "unknown-ticket"
	NotYours       = "not-yours"
	UnknownWindow  = "unknown-window"
	UnknownNumber  = "unknown-number"
	WrongPIN       = "wrong-pin"
	PINBlocked     = "pin-blocked"
	NotQualified   = "not-qualified"
	WindowTaken    = "window-taken"
	Elsewhere      = "elsewhere"
	SignInFirst    = "sign-in-first"
	NowPaused      = "paused"
	NotPaused      = "not-paused"
	ReasonNeeded   = "reason-needed"
	FinishFirst    = "finish-first"
	NothingInHand  = "nothing-in-hand"
	Changed        = "changed"
	NobodyWaiting  = "nobody-waiting"
	NotHere        = "not-here"
	OtherWindow    = "other-window"
	SamePlace      = "same-place"
	TargetClosed   = "target-closed"
	TransferLimit  = "transfer-limit"
	HeldLeft       = "held-left"
	NoRatingOpen   = "no-rating-open"
	TooOld         = "too-old"
)

// words says each refusal to a person: what is the matter, and what to do now.
// {names} are filled in.
var words = map[string]contract.Text2{
	queue.NotConfirmed:  {ZH: "{number}号尚未确认取号，请居民在取号机上确认或重新取号", EN: "Number {number} is not confirmed yet; please confirm it at the kiosk or take a new one"},
	queue.AlreadyCalled: {ZH: "{number}号已被叫到{window}，请查看叫号列表", EN: "Number {number} has been called to {window}; please see the list of calls"},
	queue.NotCalled:     {ZH: "{number}号还在等候，请先叫号", EN: "Number {number} is still waiting; please call it first"},
	queue.StartFirst:    {ZH: "请先对{number}号点“开始办理”，再点“办结”", EN: "Please start {number} first, then finish it"},
	queue.Started:       {ZH: "{number}号正在办理，请办结、暂存或转办", EN: "Number {number} is being served; please finish, hold or transfer it"},
	queue.IsHeld:        {ZH: "{number}号已暂存在{window}，请在该窗口继续办理或退回队列", EN: "Number {number} is on hold at {window}; please resume or return it there"},
	queue.NotHeld:       {ZH: "{number}号没有暂存，请直接叫号", EN: "Number {number} is not on hold; please call it"},
	queue.IsFinished:    {ZH: "{number}号已办结，如需再办请重新取号", EN: "Number {number} is finished; please take a new number for anything else"},
	queue.IsMissed:      {ZH: "{number}号已过号，请先恢复排队", EN: "Number {number} missed its call; please reinstate it first"},
	queue.IsVoid:        {ZH: "{number}号已失效，请重新取号", EN: "Number {number} is no longer valid; please take a new one"},

	BadRequest:     {ZH: "请求内容有误，请重试或联系管理员", EN: "The request could not be read; please try again or ask the administrator"},
	NotAllowed:     {ZH: "本终端没有此项权限，请联系管理员", EN: "This terminal may not do that; please ask the administrator"},
	Closed:         {ZH: "{reason}，{next}开始取号。如有急事，请拨打{phone}", EN: "{reason}. Tickets are given again from {next}. For urgent matters please call {phone}"},
	ServicePaused:  {ZH: "该事项暂停办理：{reason}。请到{desk}咨询", EN: "This service is paused: {reason}. Please ask at {desk}"},
	UnknownService: {ZH: "没有找到该事项，请返回重新选择，或到{desk}咨询", EN: "This service was not found; please choose again or ask at {desk}"},
	NoWindow:       {ZH: "该事项暂无窗口受理，请到{desk}咨询", EN: "No window serves this at present; please ask at {desk}"},
	UnknownTicket:  {ZH: "没有找到该号票，请重新取号，或到{desk}咨询", EN: "This ticket was not found; please take a new one or ask at {desk}"},
	NotYours:       {ZH: "该号票由另一台取号机发出，请到那台机器上操作", EN: "This ticket was given by another kiosk; please use that one"},
	UnknownWindow:  {ZH: "没有找到窗口“{window}”，请核对窗口编号", EN: "Window “{window}” was not found; please check its number"},
	UnknownNumber:  {ZH: "今天没有“{number}”号，请核对号码", EN: "There is no number “{number}” today; please check it"},
	WrongPIN:       {ZH: "工号或密码不正确，请重新输入", EN: "Staff number or PIN is not right; please enter them again"},
	PINBlocked:     {ZH: "密码多次不正确，请{minutes}分钟后再试，或联系管理员", EN: "The PIN was wrong several times; please try again in {minutes} minutes or ask the administrator"},
	NotQualified:   {ZH: "{staff}没有{window}全部事项的岗位资格，请换窗口或联系管理员", EN: "{staff} is not qualified for all services of {window}; please choose another window or ask the administrator"},
	WindowTaken:    {ZH: "{window}已由{staff}登录，请先退出再登录", EN: "{staff} is signed in at {window}; please sign out there first"},
	Elsewhere:      {ZH: "{staff}已在{window}登录，请先在那里退出", EN: "{staff} is signed in at {window}; please sign out there first"},
	SignInFirst:    {ZH: "{window}无人登录，请先登录", EN: "Nobody is signed in at {window}; please sign in first"},
	NowPaused:      {ZH: "{window}已暂停，请先恢复", EN: "{window} is paused; please resume first"},
	NotPaused:      {ZH: "{window}没有暂停，可以直接叫号", EN: "{window} is not paused; you can call"},
	ReasonNeeded:   {ZH: "请选择暂停原因：{choices}", EN: "Please choose a reason for the pause: {choices}"},
	FinishFirst:    {ZH: "请先办完{number}号，再继续", EN: "Please finish {number} first"},
	NothingInHand:  {ZH: "{window}当前没有办理中的号，请先叫号", EN: "{window} has no ticket in hand; please call one first"},
	Changed:        {ZH: "{window}当前号码已变为{number}，请看清后再操作", EN: "{window} now has {number}; please look again before you go on"},
	NobodyWaiting:  {ZH: "目前没有等候的人", EN: "Nobody is waiting at the moment"},
	NotHere:        {ZH: "{window}不办理{number}号的事项，请转到相应窗口", EN: "{window} does not serve the matter of {number}; please choose the right window"},
	OtherWindow:    {ZH: "{number}号已指定在{other}办理，请由该窗口操作", EN: "Number {number} belongs to {other}; please do it there"},
	SamePlace:      {ZH: "{number}号已经在这里，请选择其他窗口或事项", EN: "Number {number} is here already; please choose another window or service"},
	TargetClosed:   {ZH: "{other}无人值守，请选择其他窗口，或只转事项", EN: "Nobody is at {other}; please choose another window, or transfer to the service only"},
	TransferLimit:  {ZH: "{number}号已转办{limit}次，请陪同群众到{desk}处理", EN: "Number {number} was transferred {limit} times; please go with the citizen to {desk}"},
	HeldLeft:       {ZH: "{window}还有暂存的{number}号，请先办结或退回队列", EN: "{window} still holds {number}; please finish it or return it to the queue first"},
	NoRatingOpen:   {ZH: "当前没有可评价的服务", EN: "There is no service to rate at the moment"},
	TooOld:         {ZH: "打卡记录过旧，未再次登记", EN: "The punch is too old and was not recorded again"},
}

// Words are the words of a refusal with empty names, for documents.
func Words(code string) (zh, en string) {
	t := words[code]
	return t.ZH, t.EN
}

// about is what a refusal speaks of. Window and Other are ids.
type about struct {
	Number, Window, Other, Staff  string
	Limit, Minutes                int
	Reason, Service, Next, Choice contract.Text2
}

func (x *index) refuse(code string, a about) *contract.Problem {
	in := func(lang string) string {
		desk := x.Hall.Desk
		if desk.ZH == "" {
			desk = contract.Text2{ZH: "咨询台", EN: "the service desk"}
		}
		return strings.NewReplacer(
			"{number}", a.Number, "{staff}", a.Staff,
			"{window}", x.windowName(a.Window, lang), "{other}", x.windowName(a.Other, lang),
			"{limit}", strconv.Itoa(a.Limit), "{minutes}", strconv.Itoa(a.Minutes),
			"{reason}", a.Reason.In(lang), "{service}", a.Service.In(lang),
			"{next}", a.Next.In(lang), "{choices}", a.Choice.In(lang),
			"{phone}", x.Hall.ConsultPhone, "{desk}", desk.In(lang),
		).Replace(words[code].In(lang))
	}
	return &contract.Problem{Code: code, Message: in("zh-CN"), MessageEN: in("en")}
}

func (x *index) windowName(id, lang string) string {
	if w := x.window[id]; w != nil {
		return w.Name.In(lang)
	}
	return id
}
