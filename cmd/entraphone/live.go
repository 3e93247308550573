package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/width"
)

// live is what stands at the bottom of a terminal and is drawn again and again, below
// what is written meanwhile. The cursor waits on the line under it, where ^C and ^Z are
// echoed, and which is drawn anew with it.
//
// It is ours because the libraries leave remains: mpb where the terminal became
// narrower and where ^C moved the cursor, bubbletea where the process was suspended.
type live struct {
	out   io.Writer
	size  func() (columns, rows int)
	obeys bool      // escape sequences; where not, it is one line without an end
	lines []string  // that stand there
	drawn time.Time // when they were
}

// suspended is how long nothing is drawn only if the process was stopped meanwhile. Others
// have written since, and what stands above the cursor is theirs. The signal by which it
// goes on would come too late.
const suspended = 15 * often

// draw writes something above the lines, and new ones in their place.
func (l *live) draw(above []byte, lines []string) error {
	var text bytes.Buffer
	l.erase(&text)
	text.Write(above)
	if !l.obeys {
		lines = lines[:min(1, len(lines))]
	}
	for _, line := range lines {
		text.WriteString(line)
		if l.obeys {
			text.WriteByte('\n')
		}
	}
	l.lines, l.drawn = lines, time.Now()
	_, err := l.out.Write(text.Bytes()) // in one piece, so that it does not flicker
	return err
}

// erase takes the lines away. A terminal that has become narrower has broken them.
func (l *live) erase(text *bytes.Buffer) {
	if time.Since(l.drawn) > suspended {
		l.lines = nil
	}
	columns, _ := l.size()
	if !l.obeys {
		if len(l.lines) > 0 {
			text.WriteString("\r" + strings.Repeat(" ", columns-1) + "\r") // with what was echoed behind it
		}
		return
	}
	rows := 0
	for _, line := range l.lines {
		rows += max(1, (columnsOf(line)+columns-1)/columns)
	}
	text.WriteByte('\r')
	if rows > 0 {
		fmt.Fprintf(text, "\x1b[%dA", rows) // 0 is 1 to some
	}
	text.WriteString("\x1b[J")
}

// columnsOf is how wide a text is on a terminal.
func columnsOf(text string) (n int) {
	for _, r := range text {
		n += columnsOfRune(r)
	}
	return n
}

func columnsOfRune(r rune) int {
	if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// clipped keeps a text to so many columns.
func clipped(text string, most int) string {
	if columnsOf(text) <= most {
		return text
	}
	n := 0
	for i, r := range text {
		if n += columnsOfRune(r); n >= most { // the sign that something is missing takes one
			return strings.TrimRight(text[:i], " ") + "…"
		}
	}
	return text // unreachable unless bug
}
