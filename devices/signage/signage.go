// Package signage keeps every window display and strip as it should be
// (窗口屏、条屏): what each of them is to show, and one policy for all of them when
// one does not answer. A display that is down never holds up a call or another
// display, and is brought up to date when it returns.
package signage
