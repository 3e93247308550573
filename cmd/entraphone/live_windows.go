package main

import "golang.org/x/sys/windows"

// obeys has the console obey escape sequences, which those before Windows 10 cannot.
func obeys(fd uintptr, _ string) bool {
	var mode uint32
	console := windows.Handle(fd)
	return windows.GetConsoleMode(console, &mode) == nil &&
		windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
