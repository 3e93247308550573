//go:build !windows

package main

// obeys reports whether a terminal obeys escape sequences, by the name of its kind.
func obeys(_ uintptr, kind string) bool { return kind != "" && kind != "dumb" }
