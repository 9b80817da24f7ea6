// Package controller is the hall controller (大厅控制器): it joins the pure rules
// (devices/hall), the journal, the hall's own devices, the MQTT host for the
// hall's nodes, the link to the centre and the staff's console into one
// process.
//
// The middle is the Engine: one goroutine takes commands, lets the rules
// decide, stores the events, and only then answers. Everything that is shown,
// spoken or sent is made from what is already on disk.
package controller
