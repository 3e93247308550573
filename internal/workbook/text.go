package workbook

import (
	"bytes"
	"strings"
)

// LineBreak stands in [Sheet.Text] for a line break within a cell, since a line is a
// row there.
const LineBreak = "\u2028"

// What is written of a row: more than any reader of tables takes, so that it can
// refuse the row.
const (
	maxCells     = 1001
	maxCellBytes = 64<<10 + 1
)

// lines writes one row after the other.
type lines struct {
	*Rows
	sheet *Sheet
	line  int // that was written last
	ready bytes.Buffer
}

func (l *lines) Read(p []byte) (int, error) {
	for l.ready.Len() == 0 {
		row, err := l.Next()
		if err != nil {
			return 0, err
		}
		l.write(row)
	}
	return l.ready.Read(p)
}

func (l *lines) write(row *Row) {
	if len(row.Cells) == 0 {
		return
	}
	if row.Hidden {
		l.sheet.Hidden++
	}
	for l.line++; l.line < row.Number; l.line++ {
		l.ready.WriteByte('\n')
	}
	column := 0
	for _, cell := range row.Cells {
		if cell.Column >= maxCells {
			break
		}
		for ; column < cell.Column; column++ {
			l.ready.WriteByte('\t')
		}
		l.ready.WriteString(quoted(l.sheet.Shown(cell)))
	}
	l.ready.WriteByte('\n')
}

// breaks are the line breaks that a cell may have.
var breaks = strings.NewReplacer("\r\n", LineBreak, "\n", LineBreak, "\r", LineBreak)

// quoted is a text as a cell of a line.
func quoted(text string) string {
	if len(text) > maxCellBytes {
		text = strings.ToValidUTF8(text[:maxCellBytes], "\ufffd")
	}
	if strings.ContainsAny(text, "\r\n") {
		text = breaks.Replace(text)
	}
	if strings.HasPrefix(text, `"`) || strings.ContainsRune(text, '\t') {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}
