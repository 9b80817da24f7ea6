// Package locale names a language to Fyne before Fyne looks for one. Services
// run in the locale "C", for which Fyne prints an error and falls back to
// whatever it likes.
//
// It works by the order of initialisation (Go specification, "Program
// initialization": the first package by import path whose imports are done):
// this package needs only os, while Fyne's lang needs text/template, which
// comes later. A test in kiosk/theme keeps watch over that.
package locale

import "os"

func init() {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		switch os.Getenv(name) {
		case "C", "POSIX", "C.UTF-8", "C.utf8":
			os.Unsetenv(name)
		}
	}
	if os.Getenv("LC_ALL") == "" && os.Getenv("LC_MESSAGES") == "" && os.Getenv("LANG") == "" {
		os.Setenv("LANG", "zh_CN.UTF-8")
	}
}
