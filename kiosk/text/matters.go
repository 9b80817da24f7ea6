package text

import (
	"maps"

	"hallward/devices/contract"
)

// Strings of the pages beside the shortest way to a ticket.
const (
	PriorityBar  Key = "priority-bar"
	PriorityHow  Key = "priority-how"
	PriorityWho  Key = "priority-who"
	PriorityMark Key = "priority-mark" // class
	Ordinary     Key = "ordinary"
	OrdinaryHow  Key = "ordinary-how"

	SeveralBar   Key = "several-bar"
	SeveralHow   Key = "several-how"
	SingleBar    Key = "single-bar"
	BasketBar    Key = "basket-bar" // number
	BasketTitle  Key = "basket-title"
	BasketHow    Key = "basket-how"
	BasketEmpty  Key = "basket-empty"
	BasketOrder  Key = "basket-order" // place, service
	BasketRemove Key = "basket-remove"
	BasketMore   Key = "basket-more"
	BasketTake   Key = "basket-take"
	ChosenTag    Key = "chosen-tag" // place
	ChosenMark   Key = "chosen-mark"

	StopQuota    Key = "stop-quota"
	StopInterval Key = "stop-interval"
	StopClosing  Key = "stop-closing"
	StopHours    Key = "stop-hours"
	InfoTag      Key = "info-tag"
	Requirements Key = "requirements"

	CardTitle   Key = "card-title"
	CardHow     Key = "card-how"
	CardWaiting Key = "card-waiting"
	CardAgain   Key = "card-again"
	CardUnfit   Key = "card-unfit"
	CardWrong   Key = "card-wrong"
	CardNone    Key = "card-none"
	CardPrivacy Key = "card-privacy"
	CardTake    Key = "card-take"
	TakeBoth    Key = "take-both"
	CardRead    Key = "card-read" // masked name
	NoCardHere  Key = "no-card-here"
	SkipCard    Key = "skip-card"
	TypeNumber  Key = "type-number"

	TypeID     Key = "type-id"
	TypeCode   Key = "type-code"
	TypePhone  Key = "type-phone"
	TypeIDHow  Key = "type-id-how"
	TypeSafe   Key = "type-safe"
	TypeFind   Key = "type-find"
	TypeBook   Key = "type-book"
	EraseKey   Key = "erase-key"
	EnterKey   Key = "enter-key"
	NoteReader Key = "note-reader"

	HoldingTitle Key = "holding-title"
	HoldingHow   Key = "holding-how"
	ReprintIt    Key = "reprint-it"
	StatusTitle  Key = "status-title"
	StateNow     Key = "state-now"

	StateWaiting Key = "state-waiting"
	StateNoPaper Key = "state-no-paper"
	StateCalled  Key = "state-called" // window
	StateServing Key = "state-serving"
	StateHeld    Key = "state-held"
	StateMissed  Key = "state-missed"
	StateEnded   Key = "state-ended"
	StateVoid    Key = "state-void"

	FeeLabel   Key = "fee-label"
	FeeAfter   Key = "fee-after"
	FeeAmount  Key = "fee-amount" // yuan
	ThenLabel  Key = "then-label"
	OfflineHow Key = "offline-how"
	DueLabel   Key = "due-label"

	VisitBar    Key = "visit-bar"
	VisitTitle  Key = "visit-title"
	VisitCard   Key = "visit-card"
	VisitScan   Key = "visit-scan"
	VisitAll    Key = "visit-all"
	VisitCode   Key = "visit-code"
	VisitPhone  Key = "visit-phone"
	VisitBook   Key = "visit-book"
	VisitNew    Key = "visit-new"
	FoundTitle  Key = "found-title"
	BookWhat    Key = "book-what"
	BookDay     Key = "book-day"
	BookTime    Key = "book-time"
	TimesFree   Key = "times-free"  // number
	PlacesFree  Key = "places-free" // number
	HolderTitle Key = "holder-title"
	HolderHow   Key = "holder-how"
	HolderPhone Key = "holder-phone"
	HolderCard  Key = "holder-card"
	BookedCode  Key = "booked-code"
	BookedHow   Key = "booked-how"
	BookedPaper Key = "booked-paper"
	BookedWait  Key = "booked-wait"
	BookedNoted Key = "booked-noted"
	BookInstead Key = "book-instead"

	QuietAsk     Key = "quiet-ask"
	QuietHow     Key = "quiet-how"
	QuietSet     Key = "quiet-set"
	QuietUndo    Key = "quiet-undo"
	QuietAway    Key = "quiet-away"
	QuietUnsure  Key = "quiet-unsure"
	QuietRefused Key = "quiet-refused"
	QuietRetry   Key = "quiet-retry"
	QuietDesk    Key = "quiet-desk"
	WatchOnly    Key = "watch-only"

	AskingNow Key = "asking-now"

	ResumesAt  Key = "resumes-at" // time
	BeginsAt   Key = "begins-at"  // time
	OfferBook  Key = "offer-book"
	OfferLater Key = "offer-later"
	Offer24h   Key = "offer-24h"
	OfferDuty  Key = "offer-duty"
)

func init() { maps.Copy(table, matters) }

var matters = map[Key]contract.Text2{
	PriorityBar:  {ZH: "优先办理", EN: "Priority service"},
	PriorityHow:  {ZH: "老年人、残疾人、孕妇、军人等可以优先。请选择，并在窗口出示证件。", EN: "Elderly, disabled, pregnant and military visitors may go first. Please choose, and show your proof at the window."},
	PriorityWho:  {ZH: "请选择优先类别", EN: "Who goes first?"},
	PriorityMark: {ZH: "优先：%s", EN: "Priority: %s"},
	Ordinary:     {ZH: "不需要优先", EN: "No priority"},
	OrdinaryHow:  {ZH: "按普通顺序排队", EN: "Queue in the usual order"},

	SeveralBar:   {ZH: "一次办多项", EN: "Several services"},
	SeveralHow:   {ZH: "请逐项选择，最多 5 项，只取一个号", EN: "Choose up to 5 services for one number"},
	SingleBar:    {ZH: "只办一项", EN: "Only one service"},
	BasketBar:    {ZH: "取号（%d 项）", EN: "Go on (%d)"},
	BasketTitle:  {ZH: "您选择了这些事项", EN: "Your services"},
	BasketHow:    {ZH: "将按这个顺序为您办理，轻触可以去掉", EN: "They are done in this order. Touch one to remove it."},
	BasketEmpty:  {ZH: "您还没有选择事项", EN: "Nothing is chosen yet"},
	BasketOrder:  {ZH: "%d. %s", EN: "%d. %s"},
	BasketRemove: {ZH: "去掉", EN: "Remove"},
	BasketMore:   {ZH: "再选一项", EN: "Add a service"},
	BasketTake:   {ZH: "取一个号", EN: "Take one number"},
	ChosenMark:   {ZH: "已选择", EN: "Chosen"},
	ChosenTag:    {ZH: "已选，第 %d 项", EN: "Chosen, number %d"},

	StopQuota:    {ZH: "今日号满", EN: "Full today"},
	StopInterval: {ZH: "本时段号满", EN: "Full for now"},
	StopClosing:  {ZH: "临近下班", EN: "Near closing"},
	StopHours:    {ZH: "不在办理时间", EN: "Not at this hour"},
	InfoTag:      {ZH: "仅咨询", EN: "Information only"},
	Requirements: {ZH: "请带好这些材料", EN: "Please bring"},

	CardTitle:   {ZH: "请将身份证放在读卡区", EN: "Please lay your ID card on the reader"},
	CardHow:     {ZH: "平放身份证，读完之前请不要拿开", EN: "Lay the card flat and leave it there until it has been read"},
	CardWaiting: {ZH: "正在等待身份证", EN: "Waiting for your card"},
	CardAgain:   {ZH: "没有读到，请拿起来重新平放", EN: "Not read: please lift the card and lay it flat again"},
	CardUnfit:   {ZH: "对不起，这张证件没有通过核对，请到服务台，工作人员会帮您", EN: "Sorry, this card could not be checked. Our staff at the desk will help you."},
	CardWrong:   {ZH: "号码不正确，请核对后重新输入", EN: "This number is not right. Please check it and type it again."},
	CardNone:    {ZH: "对不起，这台机器现在不能读身份证", EN: "Sorry, this machine cannot read cards at the moment"},
	CardPrivacy: {ZH: "证件只用于本次取号，证件号码不保存、不显示", EN: "Your card is used for this number only. Its number is neither stored nor shown."},
	CardTake:    {ZH: "请取走身份证", EN: "Please take your ID card"},
	TakeBoth:    {ZH: "请取走号票和身份证", EN: "Please take ticket and ID card"},
	CardRead:    {ZH: "已读取：%s", EN: "Card read: %s"},
	NoCardHere:  {ZH: "没有带身份证", EN: "I have no card with me"},
	SkipCard:    {ZH: "不用身份证，直接取号", EN: "Go on without a card"},
	TypeNumber:  {ZH: "输入身份证号", EN: "Type the ID number"},

	TypeID:     {ZH: "请输入身份证号", EN: "Please type the ID number"},
	TypeCode:   {ZH: "请输入 6 位预约码", EN: "Please type the 6 digits of your appointment code"},
	TypePhone:  {ZH: "请输入手机号的后 4 位", EN: "Please type the last 4 digits of your phone number"},
	TypeIDHow:  {ZH: "屏幕只显示最后输入的一位", EN: "Only the last character is shown"},
	TypeSafe:   {ZH: "离开页面后立即清除", EN: "It is cleared as soon as you leave"},
	TypeFind:   {ZH: "用来查找您今天的预约", EN: "It finds your appointment of today"},
	TypeBook:   {ZH: "来的时候凭它也能找到预约", EN: "With it your appointment is found when you come"},
	EraseKey:   {ZH: "退格", EN: "Erase"},
	EnterKey:   {ZH: "确定", EN: "OK"},
	NoteReader: {ZH: "读卡区", EN: "Card reader"},

	HoldingTitle: {ZH: "您已经取过号了", EN: "You already have a number"},
	HoldingHow:   {ZH: "号码仍然有效，不用重新排队。号票不在身边，可以补打一张。", EN: "It still holds, you need not queue again. If the ticket is lost, it can be printed once more."},
	ReprintIt:    {ZH: "补打号票", EN: "Print the ticket again"},
	StatusTitle:  {ZH: "您的号码现在的情况", EN: "How your number stands"},
	StateNow:     {ZH: "现在", EN: "Now"},

	StateWaiting: {ZH: "正在排队，请留意叫号", EN: "Waiting: please watch the board"},
	StateNoPaper: {ZH: "还没有确认，请补打号票，或到服务台登记", EN: "Not confirmed yet: please print the ticket again or tell the desk"},
	StateCalled:  {ZH: "已经叫号，请到 %s 号窗口", EN: "Called: please go to window %s"},
	StateServing: {ZH: "正在办理", EN: "Being served"},
	StateHeld:    {ZH: "已暂存，窗口会继续为您办理", EN: "Set aside: the window will go on with it"},
	StateMissed:  {ZH: "已过号，请到服务台恢复排队", EN: "Missed: the desk can put it back into the queue"},
	StateEnded:   {ZH: "已经办结，感谢您的等候", EN: "Done. Thank you for waiting."},
	StateVoid:    {ZH: "已失效，请重新取号，或到服务台询问", EN: "No longer valid: please take a new number or ask at the desk"},

	FeeLabel:   {ZH: "办结后", EN: "Afterwards"},
	FeeAfter:   {ZH: "到收费窗口缴费", EN: "Pay at the fee window"},
	FeeAmount:  {ZH: "到收费窗口缴费，标准：%s 元", EN: "Pay at the fee window: CNY %s"},
	ThenLabel:  {ZH: "同一个号接着办", EN: "With the same number"},
	OfflineHow: {ZH: "联网后自动排队，按取号先后", EN: "Joins the queue in the order of taking"},
	DueLabel:   {ZH: "预约时间", EN: "Appointment"},

	VisitBar:    {ZH: "预约", EN: "Appointments"},
	VisitTitle:  {ZH: "您预约了吗？", EN: "Do you have an appointment?"},
	VisitCard:   {ZH: "放上身份证，或扫描预约单上的二维码", EN: "Lay your ID card on the reader, or scan the code of your appointment"},
	VisitScan:   {ZH: "请扫描预约单上的二维码", EN: "Scan the code of your appointment"},
	VisitAll:    {ZH: "放上身份证即可", EN: "Lay your ID card on the reader"},
	VisitCode:   {ZH: "输入预约码", EN: "Type the code"},
	VisitPhone:  {ZH: "手机号后 4 位", EN: "Last 4 digits of the phone"},
	VisitBook:   {ZH: "还没有，现在预约", EN: "Not yet: book a time"},
	VisitNew:    {ZH: "选好时间再来，不用久等", EN: "Choose a time and come then"},
	FoundTitle:  {ZH: "请选择您的预约", EN: "Which one is yours?"},
	BookWhat:    {ZH: "请选择要预约的事项", EN: "What would you like to book?"},
	BookDay:     {ZH: "请选择哪一天来", EN: "Which day?"},
	BookTime:    {ZH: "请选择时间", EN: "What time?"},
	TimesFree:   {ZH: "%d 个时段可约", EN: "%d times free"},
	PlacesFree:  {ZH: "余 %d 个", EN: "%d left"},
	HolderTitle: {ZH: "来的时候凭什么取号？", EN: "How shall we know you?"},
	HolderHow:   {ZH: "请选一种，我们只留手机号后 4 位或证件的加密标记", EN: "Please choose. We keep only the last 4 digits, or an encrypted mark of the card."},
	HolderPhone: {ZH: "手机号后 4 位", EN: "Last 4 digits of the phone"},
	HolderCard:  {ZH: "身份证", EN: "ID card"},
	BookedCode:  {ZH: "您的预约码", EN: "Your code"},
	BookedHow:   {ZH: "请提前几分钟到，在取号机上凭预约码取号", EN: "Please come a few minutes early and check in at the kiosk with this code"},
	BookedPaper: {ZH: "请取走预约单", EN: "Please take the slip"},
	BookedWait:  {ZH: "正在打印预约单", EN: "Printing the slip"},
	BookedNoted: {ZH: "没有打印预约单，请抄下或拍下预约码", EN: "No slip was printed: please write the code down"},
	BookInstead: {ZH: "改为预约", EN: "Book a time instead"},

	QuietAsk:     {ZH: "请勿语音叫我", EN: "Do not call me by voice"},
	QuietHow:     {ZH: "只在屏幕上显示您的号码", EN: "Your number is shown on the screens only"},
	QuietSet:     {ZH: "已设为静默叫号：请留意屏幕", EN: "You will be called on the screens only"},
	QuietUndo:    {ZH: "再点一次，恢复语音叫号", EN: "Touch again to be called by voice"},
	QuietAway:    {ZH: "对不起，系统暂时连接不上，没有设置成功", EN: "Sorry, the system cannot be reached: nothing is changed"},
	QuietUnsure:  {ZH: "对不起，系统没有回应，可能没有设置成功", EN: "Sorry, the system did not answer: this may not be set"},
	QuietRefused: {ZH: "对不起，这个号码现在不能更改叫号方式", EN: "Sorry, this can no longer be changed for this number"},
	QuietRetry:   {ZH: "请再点一次，或请服务台工作人员帮您设置", EN: "Please touch again, or ask at the service desk"},
	QuietDesk:    {ZH: "请到服务台询问，工作人员会帮您", EN: "Please ask at the service desk"},
	WatchOnly:    {ZH: "请留意叫号屏，不会语音叫号", EN: "Please watch the board: your number is not spoken"},

	AskingNow: {ZH: "正在为您查询，请稍等", EN: "One moment, please"},

	ResumesAt:  {ZH: "%s 恢复取号，已取的号码保留", EN: "Numbers are given again from %s. Numbers already taken are kept."},
	BeginsAt:   {ZH: "%s 开始取号", EN: "Numbers are given from %s"},
	OfferBook:  {ZH: "可以先预约，到时间再来", EN: "You may book a time now"},
	OfferLater: {ZH: "窗口还有工作人员时，可以到服务台请求延时办理", EN: "While staff are still at work, ask at the desk for late service"},
	Offer24h:   {ZH: "%s照常开放", EN: "Open now: %s"},
	OfferDuty:  {ZH: "急事请致电值班人员：%s", EN: "For urgent matters call the duty staff: %s"},
}
