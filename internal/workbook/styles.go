package workbook

import (
	"regexp"
	"strings"
)

// format is how numbers of a style are shown.
type format struct {
	id   int
	code string // empty for one that every program knows by its id
	date bool   // the number is a day, a time, or both
}

// readStyles takes the format of each style.
func (b *book) readStyles(part string) (formats []format, err error) {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			ID int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := b.decode(part, &styles); err != nil {
		return nil, err
	}
	codes := map[int]string{}
	for _, f := range styles.Formats {
		codes[f.ID] = f.Code
	}
	for _, cell := range styles.Cells {
		f := format{id: cell.ID, code: codes[cell.ID]}
		f.date = isDateCode(f.code) || f.code == "" && isDateID(f.id)
		formats = append(formats, f)
	}
	return formats, nil
}

// isDateID knows the dates among the formats without a code: ECMA-376 part 1, 18.8.30,
// those of eastern Asia and Thailand among them.
func isDateID(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58 || id >= 71 && id <= 81
}

// notOfDates is what stands in a code beside the letters of dates: texts, single
// characters, blanks as wide as another character, and colours and conditions. The
// brackets of a duration stay.
var notOfDates = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]hHmMsS][^\]]*\]|(?i:general|\[red\]|e[+-])`)

func isDateCode(code string) bool {
	return code != "" && strings.ContainsAny(notOfDates.ReplaceAllString(code, ""), "yYmMdDhHsS")
}
