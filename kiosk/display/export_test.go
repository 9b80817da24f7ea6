package display

// Pages and Width are what a test of the running line looks at.
var Pages = split

func Width(words string, size float32) float32 { return width(words, size, false) }
