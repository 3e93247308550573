package importfile

import (
	"fmt"
	"strconv"

	"entraphone/internal/table"
)

// Remark is what is said of a line that is handed back. It stands beside the line
// for whoever corrects it.
type Remark struct{ Reason, Advice string }

// remarkHeadings are the columns that an excerpt adds. [Read] takes nothing from
// them, so that an excerpt can be corrected and read as it is. The first of them
// holds the line of the original file, by which such a file is known.
var remarkHeadings = [3]string{"entraphone_line", "entraphone_reason", "entraphone_advice"}

// originOf is the line of the original file that stands in the first of them, or 0.
func originOf(text string) int32 {
	line, err := strconv.ParseInt(text, 10, 32)
	if err != nil || line < 1 {
		return 0
	}
	return int32(line)
}

// partOfCell is the remark of a line that has none of its own, and may belong to one
// that has.
func partOfCell(in table.Inside) Remark {
	return Remark{
		Reason: fmt.Sprintf("the line may be a part of the quoted cell that begins on line %d", in.Opened),
		Advice: fmt.Sprintf("put it back into line %d, or leave it out", in.Opened),
	}
}
