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

	OffHours     = "off-hours"
	NobodyAtWork = "nobody-at-work"
	UnknownStaff = "unknown-staff"
	CloseReason  = "close-reason"

	NoAppointments     = "no-appointments"
	SlotGone           = "slot-gone"
	AlreadyBooked      = "already-booked"
	HolderNeeded       = "holder-needed"
	TooManyMisses      = "too-many-misses"
	UnknownAppointment = "unknown-appointment"
	TooManyTries       = "too-many-tries"
	TooEarly           = "too-early"
	OtherDay           = "other-day"
	AlreadyArrived     = "already-arrived"
	Cancelled          = "cancelled"
	ImportTooMany      = "import-too-many"
	ClockDoubt         = "clock-doubt"
	UnknownClass       = "unknown-class"
	GrantOnly          = "grant-only"
	GrantReason        = "grant-reason"

	HeldOverdue     = "held-overdue"
	HoldMinutes     = "hold-minutes"
	RecallTooSoon   = "recall-too-soon"
	RecallLimit     = "recall-limit"
	NotServed       = "not-served"       // a walk-in for a service of other windows
	NoNumbers       = "no-numbers"       // a service without numbers
	TransferInstead = "transfer-instead" // the right service is one of other windows
	OutcomeNeeded   = "outcome-needed"
	CaseForm        = "case-form"
	NoteForm        = "note-form"
	PersonalData    = "personal-data"

	MessageOnly    = "message"        // the service gives information, no tickets
	QuotaReached   = "quota"          // of the day
	IntervalQuota  = "interval-quota" // of this part of the day
	Closing        = "closing"        // the queue would pass closing time
	StopReason     = "stop-reason"    // a service is paused with a reason only
	CardNeeded     = "card-needed"
	AlreadyHolding = "already-holding" // Problem.Ticket is the ticket
	PersonLimit    = "person-limit"
	HoldsAnother   = "holds-another"
	OtherPerson    = "other-person"
	ReprintLimit   = "reprint-limit"
	OrderLimits    = "order-limits"

	WrongCard     = "wrong-card"
	ForbiddenWord = "forbidden-word" // in a text for the public; the words name it and its source
	PersonalText  = "personal-text"  // an ID or phone number in a text for the public
	TextNeeded    = "text-needed"
	TextTooLong   = "text-too-long"
	NoticeTaken   = "notice-taken" // the id belongs to somebody else's notice
	NoticeOver    = "notice-over"  // its time is over already
	BoardFull     = "board-full"
	ResultForm    = "result-form"
	ResultsFull   = "results-full"
	DutyForm      = "duty-form"
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

	BadRequest:   {ZH: "请求内容有误，请重试或联系管理员", EN: "The request could not be read; please try again or ask the administrator"},
	NotAllowed:   {ZH: "本终端没有此项权限，请联系管理员", EN: "This terminal may not do that; please ask the administrator"},
	Closed:       {ZH: "{reason}，{next}开始取号。{choices}", EN: "{reason}. Tickets are given again from {next}. {choices}"},
	OffHours:     {ZH: "“{service}”此时不受理，{next}开始取号。{choices}", EN: "“{service}” is not given at this time. Tickets are given again from {next}. {choices}"},
	NobodyAtWork: {ZH: "{reason}，到岗后即可取号。{choices}", EN: "{reason}. Tickets are given as soon as somebody is there. {choices}"},
	UnknownStaff: {ZH: "没有找到该工作人员，请核对工号", EN: "This member of staff was not found; please check the staff number"},
	CloseReason:  {ZH: "请填写提前结束当日业务的原因，原因会存入记录并向群众说明", EN: "Please give the reason for ending the day early; it is kept on record and shown to citizens"},

	NoAppointments:     {ZH: "该事项不提供预约，请直接取号，或到{desk}咨询", EN: "Times cannot be booked for this service; please take a ticket or ask at {desk}"},
	SlotGone:           {ZH: "该时段已约满或不可预约，请选择其他时段", EN: "This time is taken or cannot be booked; please choose another"},
	AlreadyBooked:      {ZH: "该证件或手机尾号在这一天已有本事项的预约。如非本人预约，请改用身份证，或到{desk}咨询", EN: "With this card or phone number there is an appointment for this service on that day already. If it is not yours, please use your ID card or ask at {desk}"},
	HolderNeeded:       {ZH: "请刷身份证，或输入手机号码后四位", EN: "Please use your ID card, or enter the last four digits of your phone number"},
	TooManyMisses:      {ZH: "近期已{limit}次预约未到，{next}之后可再预约；今天可直接取号", EN: "{limit} appointments were missed lately; times can be booked again after {next}. You can take a ticket today"},
	UnknownAppointment: {ZH: "没有找到预约，请核对后重试，或到{desk}咨询", EN: "No appointment was found; please check and try again, or ask at {desk}"},
	TooManyTries:       {ZH: "多次没有找到预约，请{minutes}分钟后再试，或到{desk}办理", EN: "No appointment was found several times; please try again in {minutes} minutes or ask at {desk}"},
	TooEarly:           {ZH: "您预约的时间是{reason}，{next}起可签到，请稍后再来", EN: "Your appointment is at {reason}; you can check in from {next}. Please come back then"},
	OtherDay:           {ZH: "您预约的时间是{reason}，今天不能签到；今天可直接取号", EN: "Your appointment is at {reason}; you cannot check in today. You can take a ticket today"},
	AlreadyArrived:     {ZH: "该预约已签到，号码是{number}，请留意叫号，或到{desk}咨询", EN: "This appointment has been checked in; the number is {number}. Please watch for its call or ask at {desk}"},
	Cancelled:          {ZH: "该预约已取消，请直接取号或重新预约", EN: "This appointment was cancelled; please take a ticket or book again"},
	ClockDoubt:         {ZH: "系统时钟正在校准，暂时不能预约，请稍后再试，或到{desk}办理", EN: "The clock of the hall is being set, and times cannot be booked now; please try again later or ask at {desk}"},
	ImportTooMany:      {ZH: "一次最多导入{limit}条预约，请分批导入", EN: "At most {limit} appointments can be imported at once; please split the list"},
	ServicePaused:      {ZH: "该事项暂停办理：{reason}。请到{desk}咨询", EN: "This service is paused: {reason}. Please ask at {desk}"},
	UnknownService:     {ZH: "没有找到该事项，请返回重新选择，或到{desk}咨询", EN: "This service was not found; please choose again or ask at {desk}"},
	NoWindow:           {ZH: "该事项暂无窗口受理，请到{desk}咨询", EN: "No window serves this at present; please ask at {desk}"},
	MessageOnly:        {ZH: "{reason}。该事项不用取号，如有疑问请到{desk}咨询", EN: "{reason}. No ticket is needed for this; please ask at {desk} if anything is unclear"},
	QuotaReached:       {ZH: "“{service}”今天的号已发完，请{next}再来{choices}，或到{desk}咨询", EN: "All of today's tickets for {service} have been given. Please come from {next}{choices}, or ask at {desk}"},
	IntervalQuota:      {ZH: "“{service}”本时段的号已发完，请{next}再取{choices}，或到{desk}咨询", EN: "The tickets for {service} at this time of day have all been given. Please take one from {next}{choices}, or ask at {desk}"},
	Closing:            {ZH: "“{service}”等候的人较多，今天下班前预计轮不到新号。请{next}再来{choices}，或到{desk}咨询", EN: "Many people are waiting for {service}, and a new ticket would probably not be called before closing time. Please come from {next}{choices}, or ask at {desk}"},
	StopReason:         {ZH: "请填写暂停“{service}”的原因，原因会显示给群众", EN: "Please say why {service} is paused; the reason is shown to citizens"},
	CardNeeded:         {ZH: "“{service}”凭身份证取号，请将身份证放在读卡区。没有带身份证，请选“没有身份证”，或到{desk}办理", EN: "Tickets for {service} are taken with an ID card; please put it on the reader. Without a card, please choose “No ID card” or ask at {desk}"},
	AlreadyHolding:     {ZH: "您已有{number}号，不用再取。小票不在手边可以补打，或到{desk}咨询", EN: "You already hold number {number}. If the slip is not at hand it can be printed again; or please ask at {desk}"},
	PersonLimit:        {ZH: "“{service}”每人每天可取{limit}个号，您今天已取满，请改天再来，或到{desk}咨询", EN: "Each person can take {limit} ticket(s) for {service} a day, and you have had yours today. Please come another day or ask at {desk}"},
	HoldsAnother:       {ZH: "{number}号的群众已另取同一事项的{other}号，请先办结其中一个，或将其作废", EN: "The holder of {number} has taken number {other} for the same service; please finish or void one of them first"},
	OtherPerson:        {ZH: "{number}号是刷身份证取的，补打请刷同一张身份证，或到{desk}办理", EN: "Number {number} was taken with an ID card; please use the same card to print it again, or ask at {desk}"},
	ReprintLimit:       {ZH: "{number}号已补打{limit}次，请记下号码等候叫号，或到{desk}办理", EN: "Number {number} was printed again {limit} times already; please note the number and wait for its call, or ask at {desk}"},
	UnknownTicket:      {ZH: "没有找到该号票，请重新取号，或到{desk}咨询", EN: "This ticket was not found; please take a new one or ask at {desk}"},
	NotYours:           {ZH: "该号票由另一台取号机发出，请到那台机器上操作", EN: "This ticket was given by another kiosk; please use that one"},
	UnknownWindow:      {ZH: "没有找到窗口“{window}”，请核对窗口编号", EN: "Window “{window}” was not found; please check its number"},
	UnknownNumber:      {ZH: "今天没有“{number}”号，请核对号码", EN: "There is no number “{number}” today; please check it"},
	WrongPIN:           {ZH: "工号或密码不正确，请重新输入", EN: "Staff number or PIN is not right; please enter them again"},
	PINBlocked:         {ZH: "密码多次不正确，请{minutes}分钟后再试，或联系管理员", EN: "The PIN was wrong several times; please try again in {minutes} minutes or ask the administrator"},
	NotQualified:       {ZH: "{staff}没有{window}全部事项的岗位资格，请换窗口或联系管理员", EN: "{staff} is not qualified for all services of {window}; please choose another window or ask the administrator"},
	WindowTaken:        {ZH: "{window}已由{staff}登录，请先退出再登录", EN: "{staff} is signed in at {window}; please sign out there first"},
	Elsewhere:          {ZH: "{staff}已在{window}登录，请先在那里退出", EN: "{staff} is signed in at {window}; please sign out there first"},
	SignInFirst:        {ZH: "{window}无人登录，请先登录", EN: "Nobody is signed in at {window}; please sign in first"},
	NowPaused:          {ZH: "{window}已暂停，请先恢复", EN: "{window} is paused; please resume first"},
	NotPaused:          {ZH: "{window}没有暂停，可以直接叫号", EN: "{window} is not paused; you can call"},
	ReasonNeeded:       {ZH: "请选择暂停原因：{choices}", EN: "Please choose a reason for the pause: {choices}"},
	FinishFirst:        {ZH: "请先办完{number}号，再继续", EN: "Please finish {number} first"},
	NothingInHand:      {ZH: "{window}当前没有办理中的号，请先叫号", EN: "{window} has no ticket in hand; please call one first"},
	Changed:            {ZH: "{window}当前号码已变为{number}，请看清后再操作", EN: "{window} now has {number}; please look again before you go on"},
	NobodyWaiting:      {ZH: "目前没有等候的人", EN: "Nobody is waiting at the moment"},
	NotHere:            {ZH: "{window}不办理{number}号的事项，请转到相应窗口", EN: "{window} does not serve the matter of {number}; please choose the right window"},
	OtherWindow:        {ZH: "{number}号已指定在{other}办理，请由该窗口操作", EN: "Number {number} belongs to {other}; please do it there"},
	SamePlace:          {ZH: "{number}号已经在这里，请选择其他窗口或事项", EN: "Number {number} is here already; please choose another window or service"},
	TargetClosed:       {ZH: "{other}无人值守，请选择其他窗口，或只转事项", EN: "Nobody is at {other}; please choose another window, or transfer to the service only"},
	TransferLimit:      {ZH: "{number}号已转办{limit}次，请陪同群众到{desk}处理", EN: "Number {number} was transferred {limit} times; please go with the citizen to {desk}"},
	HeldLeft:           {ZH: "{window}还有暂存的{number}号，请先办结或退回队列", EN: "{window} still holds {number}; please finish it or return it to the queue first"},
	HeldOverdue:        {ZH: "暂存的{number}号已到提醒时间，请先继续办理或退回队列；如需先叫其他号，请再次确认", EN: "Number {number} on hold is overdue; please resume it or return it to the queue first. To call somebody else all the same, please confirm"},
	HoldMinutes:        {ZH: "暂存提醒时间请填1至{limit}分钟", EN: "Please enter 1 to {limit} minutes for the reminder"},
	RecallTooSoon:      {ZH: "{number}号刚刚重呼过，请{seconds}秒后再呼", EN: "Number {number} was announced just now; please recall it again in {seconds} seconds"},
	RecallLimit:        {ZH: "{number}号已重呼{limit}次，无人应答请点“过号”", EN: "Number {number} was recalled {limit} times; if nobody comes, please mark it as a no-show"},
	NotServed:          {ZH: "{window}不办理“{service}”，请引导群众到相应窗口，或到{desk}取号", EN: "{window} does not serve {service}; please show the citizen the right window, or a ticket can be taken at {desk}"},
	NoNumbers:          {ZH: "“{service}”不用取号，请直接告知办理方式，或请群众到{desk}咨询", EN: "{service} has no numbers; please tell the citizen how it is done, or ask at {desk}"},
	TransferInstead:    {ZH: "{window}不办理“{service}”，请用“转办”把{number}号转到该事项", EN: "{window} does not serve {service}; please transfer number {number} to that service"},
	OutcomeNeeded:      {ZH: "“{service}”请先选择办理结果，再点“办结”", EN: "Please choose the result of {service} first, then finish"},
	CaseForm:           {ZH: "办件编号最多{limit}个字符，不能换行，请核对后再点“办结”", EN: "The case number has at most {limit} characters on one line; please check it, then finish"},
	NoteForm:           {ZH: "备注最多{limit}个字，请精简后再点“办结”", EN: "The note has at most {limit} characters; please shorten it, then finish"},
	PersonalData:       {ZH: "备注和办件编号里请不要写身份证号或手机号，请删去后再点“办结”；如确为办件编号，请用“-”分段填写", EN: "Please write no ID number or phone number into the note or the case number; remove it, then finish. If it is a case number, please divide it with “-”"},
	NoRatingOpen:       {ZH: "当前没有可评价的服务", EN: "There is no service to rate at the moment"},
	UnknownClass:       {ZH: "没有这个优先类别，请重新选择，或到{desk}咨询", EN: "There is no such class of priority; please choose again or ask at {desk}"},
	GrantOnly:          {ZH: "“{class}”由工作人员授权，请到{desk}说明情况", EN: "“{class}” is granted by staff; please explain your case at {desk}"},
	GrantReason:        {ZH: "请填写{number}号“{class}”的理由，理由会存入记录", EN: "Please give the reason for “{class}” of number {number}; it is kept on record"},
	OrderLimits:        {ZH: "越过次数请填0至100，时限0至480分钟，权重0至9", EN: "Please enter 0 to 100 times, 0 to 480 minutes, and weights from 0 to 9"},
	WrongCard:          {ZH: "未能识别该工作证，请重试，或输入工号和密码登录；仍不行请联系管理员", EN: "This staff card was not recognised; please try again, or enter staff number and PIN. If that does not help, ask the administrator"},
	ForbiddenWord:      {ZH: "文字中有服务忌语“{word}”（依据：{source}），没有发布。请修改后再提交，如有疑问请联系管理员", EN: "The text holds “{word}”, which must not be used towards citizens ({source}), and was not published. Please change it; ask the administrator if in doubt"},
	PersonalText:       {ZH: "文字中有身份证号或手机号，没有发布。请删去后再提交", EN: "The text holds an ID number or a mobile phone number and was not published. Please take it out and try again"},
	TextNeeded:         {ZH: "请填写中文内容；图片类请至少选一张图片", EN: "Please enter the Chinese text; slides need at least one picture"},
	TextTooLong:        {ZH: "内容过长：正文最多{limit}字，标题和署名最多{minutes}字，请缩短后再提交", EN: "The text is too long: at most {limit} characters, title and issuer {minutes}. Please shorten it"},
	NoticeTaken:        {ZH: "编号为“{number}”的公告由其他来源发布，不能在这里更改，请联系发布方或管理员", EN: "Notice “{number}” was posted by somebody else and cannot be changed here; please ask them or the administrator"},
	NoticeOver:         {ZH: "有效期已过或早于开始时间，请核对起止时间", EN: "The period of validity is over, or ends before it begins; please check both times"},
	BoardFull:          {ZH: "公告已满（最多{limit}条，且总量有限），请先撤下不再需要的公告", EN: "The boards are full (at most {limit} notices, and limited in all); please withdraw some first"},
	ResultForm:         {ZH: "公示结果“{number}”填写不全：编号、办件号、日期、事项和结果都要填写", EN: "Result “{number}” is not complete: id, case, date, service and outcome are needed"},
	ResultsFull:        {ZH: "公示结果已满（最多{limit}条，且总量有限），请先撤下旧的结果", EN: "There is no room for more results (at most {limit}, and limited in all); please withdraw older ones first"},
	DutyForm:           {ZH: "值班表填写有误{number}：请从今天起逐日填写日期、姓名和岗位", EN: "The roster cannot be read {number}: please give date, name and post for each day from today on"},
	TooOld:             {ZH: "打卡记录过旧，未再次登记", EN: "The punch is too old and was not recorded again"},
}

// Words are the words of a refusal with empty names, for documents.
func Words(code string) (zh, en string) {
	t := words[code]
	return t.ZH, t.EN
}

// about is what a refusal speaks of. Window and Other are ids.
type about struct {
	Number, Window, Other, Staff  string
	Limit, Minutes, Seconds       int
	Reason, Service, Next, Choice contract.Text2
	Class                         contract.Text2
	Word, Source                  string // of a forbidden word
}

func (x *index) refuse(code string, a about) *contract.Problem {
	t := words[code]
	return &contract.Problem{Code: code, Message: x.fill(t.In("zh-CN"), a, "zh-CN"), MessageEN: x.fill(t.In("en"), a, "en")}
}

// fill puts the names into a sentence. It runs for every service that gives no
// ticket, each time the queue is shown, so it makes only the names that stand in
// it.
func (x *index) fill(text string, a about, lang string) string {
	var b strings.Builder
	b.Grow(2 * len(text))
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		if !open || !closed {
			return b.String()
		}
		b.WriteString(x.named(name, a, lang))
		text = after
	}
}

// named is what stands for a {name} in the words.
func (x *index) named(name string, a about, lang string) string {
	switch name {
	case "number":
		return a.Number
	case "staff":
		return a.Staff
	case "window":
		return x.windowName(a.Window, lang)
	case "other":
		return x.windowName(a.Other, lang)
	case "limit":
		return strconv.Itoa(a.Limit)
	case "minutes":
		return strconv.Itoa(a.Minutes)
	case "seconds":
		return strconv.Itoa(a.Seconds)
	case "reason":
		return a.Reason.In(lang)
	case "word":
		return a.Word
	case "source":
		return a.Source
	case "class":
		return a.Class.In(lang)
	case "service":
		return a.Service.In(lang)
	case "next":
		return a.Next.In(lang)
	case "choices":
		return a.Choice.In(lang)
	case "phone":
		return x.Hall.ConsultPhone
	case "desk":
		if x.Hall.Desk.ZH == "" {
			return contract.Text2{ZH: "咨询台", EN: "the service desk"}.In(lang)
		}
		return x.Hall.Desk.In(lang)
	}
	return "{" + name + "}"
}

func (x *index) windowName(id, lang string) string {
	if w := x.window[id]; w != nil {
		return w.Name.In(lang)
	}
	return id
}
