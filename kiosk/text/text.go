// Package text holds every word that the public reads on a kiosk, a board or a
// slip, in Chinese and English, and the list of words that must never be used
// towards a citizen. Programs name a string by its Key; a test fails when a key
// has no Chinese, no English, or a forbidden word.
//
// The polite forms (文明用语) follow the rules that the hall's staff have too:
// 您 and 请, an explanation instead of a bare no, and for every trouble what
// happened, what to do now and whom to ask (R-VOICE-02, -03, -04).
package text

import (
	"fmt"

	"hallward/devices/contract"
)

// Languages.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Key names a string.
type Key string

// In is the string in a language, English or else Chinese, with the arguments
// put in as fmt does. A key that is not in the table comes back as itself, so
// that a screen is never empty; the package's test keeps that from happening.
func (k Key) In(lang string, args ...any) string {
	t, ok := table[k]
	if !ok {
		return string(k)
	}
	s := t.In(lang)
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// Both is the string in both languages, for screens that show them together.
func (k Key) Both() contract.Text2 { return table[k] }

// Other is the other language of the two.
func Other(lang string) string {
	if lang == English {
		return Chinese
	}
	return English
}

// Strings of the kiosk's screens.
const (
	Welcome       Key = "welcome"
	TouchToStart  Key = "touch-to-start"
	TakeNumber    Key = "take-number"
	WhatToDo      Key = "what-to-do"
	ByUnit        Key = "by-unit"
	MostUsed      Key = "most-used"
	ChooseService Key = "choose-service"
	PageOf        Key = "page-of"   // page, pages
	NextPage      Key = "next-page" //
	PrevPage      Key = "prev-page" //
	Waiting       Key = "waiting"   // number of people
	NoWaiting     Key = "no-waiting"
	PausedTag     Key = "paused-tag"
	ServicesCount Key = "services-count" // number

	Back       Key = "back"
	Home       Key = "home"
	AskPerson  Key = "ask-person"
	Larger     Key = "larger"
	Smaller    Key = "smaller"
	ThisLang   Key = "this-language" // the name of the language itself
	Consult    Key = "consult-phone"
	Complaint  Key = "complaint-phone"
	LeftBefore Key = "left-before" // seconds

	TakingNow   Key = "taking-now"
	TakingWait  Key = "taking-wait"
	PrintingNow Key = "printing-now"
	PrintingAt  Key = "printing-at"
	NotingNow   Key = "noting-now"

	YourNumber   Key = "your-number"
	TakePaper    Key = "take-paper"
	NumberNoted  Key = "number-noted"
	WatchBoard   Key = "watch-board"
	Ahead        Key = "ahead" // label
	People       Key = "people"
	Wait         Key = "wait" // label
	Where        Key = "where"
	WaitNow      Key = "wait-now"
	WaitRange    Key = "wait-range"  // minutes, minutes
	WaitAbout    Key = "wait-about"  // minutes
	WaitWithin   Key = "wait-within" // minutes
	WaitUnknown  Key = "wait-unknown"
	WaitAfter    Key = "wait-after"    // time of day
	WindowNumber Key = "window-number" // windows
	Finished     Key = "finished"
	Goodbye      Key = "goodbye"

	ScreenTicket Key = "screen-ticket"
	ScreenHow    Key = "screen-how"
	PaperFailed  Key = "paper-failed"
	PaperMaybe   Key = "paper-maybe"
	NoteIt       Key = "note-it"
	GiveItUp     Key = "give-it-up"

	HelpTitle    Key = "help-title"
	HelpDesk     Key = "help-desk"
	HelpPhone    Key = "help-phone"
	HelpByHand   Key = "help-by-hand"
	HelpComplain Key = "help-complain"

	StillThere Key = "still-there"
	WipeSoon   Key = "wipe-soon" // seconds
	MoreTime   Key = "more-time"
	Leave      Key = "leave"

	NumberOnScreen Key = "number-on-screen"
	TryAgain       Key = "try-again"
	WorksAgain     Key = "works-again"
	WhomToAsk      Key = "whom-to-ask"
	OrPhone        Key = "or-phone" // phone
	NextOpening    Key = "next-opening"
	Hours          Key = "hours"
	Today          Key = "today"
	Tomorrow       Key = "tomorrow"
	Desk           Key = "desk"
)

var table = map[Key]contract.Text2{
	Welcome:       {ZH: "您好，欢迎光临", EN: "Welcome"},
	TouchToStart:  {ZH: "请轻触屏幕取号", EN: "Touch the screen to take a number"},
	TakeNumber:    {ZH: "取号办事", EN: "Take a number"},
	WhatToDo:      {ZH: "请问您办理哪个部门的业务？", EN: "Which office do you need?"},
	ByUnit:        {ZH: "按部门", EN: "By office"},
	MostUsed:      {ZH: "常办事项", EN: "Most used"},
	ChooseService: {ZH: "请选择要办理的事项", EN: "Please choose a service"},
	PageOf:        {ZH: "第 %d 页，共 %d 页", EN: "Page %d of %d"},
	NextPage:      {ZH: "下一页", EN: "Next page"},
	PrevPage:      {ZH: "上一页", EN: "Previous page"},
	Waiting:       {ZH: "%d 人等候", EN: "%d waiting"},
	NoWaiting:     {ZH: "无需等候", EN: "No waiting"},
	PausedTag:     {ZH: "暂停取号", EN: "Paused"},
	ServicesCount: {ZH: "%d 个事项", EN: "%d services"},

	Back:       {ZH: "返回", EN: "Back"},
	Home:       {ZH: "首页", EN: "Home"},
	AskPerson:  {ZH: "人工帮助", EN: "Ask a person"},
	Larger:     {ZH: "大字", EN: "Larger text"},
	Smaller:    {ZH: "标准字", EN: "Smaller text"},
	ThisLang:   {ZH: "中文", EN: "English"},
	Consult:    {ZH: "咨询电话", EN: "Enquiries"},
	Complaint:  {ZH: "监督投诉电话", EN: "Complaints"},
	LeftBefore: {ZH: "%d 秒后返回首页", EN: "Ends in %d s"},

	TakingNow:   {ZH: "正在为您取号，请稍等", EN: "Taking your number, please wait"},
	TakingWait:  {ZH: "通常只需几秒钟", EN: "This takes only a few seconds"},
	PrintingNow: {ZH: "正在打印，请稍等", EN: "Printing, please wait"},
	PrintingAt:  {ZH: "号票从屏幕下方的出票口送出", EN: "The ticket comes out below the screen"},
	NotingNow:   {ZH: "正在为您登记，请稍等", EN: "One moment, please"},

	YourNumber:   {ZH: "您的号码", EN: "Your number"},
	TakePaper:    {ZH: "请取走号票", EN: "Please take your ticket"},
	NumberNoted:  {ZH: "号码已登记，请记好", EN: "Your number is registered"},
	WatchBoard:   {ZH: "请留意叫号屏和广播", EN: "Please watch the board and listen for your number"},
	Ahead:        {ZH: "前面等候", EN: "Ahead of you"},
	People:       {ZH: "%d 人", EN: "%d"},
	Wait:         {ZH: "预计等候", EN: "Expected wait"},
	Where:        {ZH: "办理窗口", EN: "Where to go"},
	WaitNow:      {ZH: "马上办理", EN: "At once"},
	WaitRange:    {ZH: "约 %d–%d 分钟", EN: "%d–%d min"},
	WaitAbout:    {ZH: "约 %d 分钟", EN: "About %d min"},
	WaitWithin:   {ZH: "约 %d 分钟以内", EN: "Within about %d min"},
	WaitUnknown:  {ZH: "请留意叫号", EN: "Please watch the board"},
	WaitAfter:    {ZH: "%s 以后", EN: "After %s"},
	WindowNumber: {ZH: "%s 号窗口", EN: "Window %s"},
	Finished:     {ZH: "完成", EN: "Done"},
	Goodbye:      {ZH: "再见，祝您办事顺利", EN: "Goodbye, and thank you"},

	ScreenTicket: {ZH: "请记下您的号码", EN: "Please note your number"},
	ScreenHow:    {ZH: "请抄下号码，或用手机扫描二维码。记好后请点“我已记下”，我们按号叫您。", EN: "Write the number down or scan the code with your phone. Then touch 'I have noted it', and we will call you in turn."},
	PaperFailed:  {ZH: "对不起，号票没有打印出来。您的号码仍然有效：", EN: "Sorry, the ticket was not printed. Your number still holds:"},
	PaperMaybe:   {ZH: "对不起，号票可能没有打印完整。您的号码是：", EN: "Sorry, the ticket may not have been printed in full. Your number is:"},
	NoteIt:       {ZH: "我已记下", EN: "I have noted it"},
	GiveItUp:     {ZH: "不要这个号了", EN: "Give this number up"},

	HelpTitle:    {ZH: "请找工作人员帮您", EN: "Our staff will help you"},
	HelpDesk:     {ZH: "请到这里，工作人员可以为您人工取号", EN: "Staff here can give you a number"},
	HelpPhone:    {ZH: "电话咨询", EN: "Ask by phone"},
	HelpByHand:   {ZH: "不方便使用屏幕，也可以人工办理", EN: "You never have to use this screen"},
	HelpComplain: {ZH: "欢迎您监督", EN: "Tell us what went wrong"},

	StillThere: {ZH: "您还需要更多时间吗？", EN: "Do you need more time?"},
	WipeSoon:   {ZH: "%d 秒后将清除您的选择并返回首页", EN: "In %d seconds your choices are cleared"},
	MoreTime:   {ZH: "我还在办理", EN: "Yes, more time"},
	Leave:      {ZH: "不用了，谢谢", EN: "No, thank you"},

	NumberOnScreen: {ZH: "在屏幕上取号", EN: "Take the number on the screen"},
	TryAgain:       {ZH: "再试一次", EN: "Try again"},
	WorksAgain:     {ZH: "现在可以了，请再试一次", EN: "It works again: please try"},
	WhomToAsk:      {ZH: "请问", EN: "Ask at"},
	OrPhone:        {ZH: "或致电 %s", EN: "or call %s"},
	NextOpening:    {ZH: "下次开放时间", EN: "Opens next"},
	Hours:          {ZH: "今日办公时间", EN: "Hours today"},
	Today:          {ZH: "今天", EN: "today"},
	Tomorrow:       {ZH: "明天", EN: "tomorrow"},
	Desk:           {ZH: "咨询服务台", EN: "Service desk"},
}
