package importfile

import (
	"fmt"
	"slices"

	"entraphone/internal/authmethod"
)

// Remark is what is said of a line that is handed back.
type Remark struct{ Reason, Advice string }

// remarkHeadings are the columns that an excerpt adds. [Read] takes nothing from
// them, so that an excerpt can be corrected and read as it is.
var remarkHeadings = [3]string{"entraphone_line", "entraphone_reason", "entraphone_advice"}

// remarkColumns are where they stand, or none.
func remarkColumns(headings []string) (at [3]int) {
	for i, heading := range remarkHeadings {
		at[i] = slices.Index(headings, heading)
	}
	return at
}

// lineCell is where an excerpt says which line it hands back; none for a file
// that is no excerpt.
func lineCell(headings []string) int {
	at := remarkColumns(headings)
	if slices.Contains(at[:], none) {
		return none
	}
	return at[0]
}

func cellsMoved() *authmethod.Problem {
	return &authmethod.Problem{
		Code:    "ragged-row",
		Message: "the column " + remarkHeadings[0] + " does not hold a line: cells stand in other columns than they should",
		Advice:  "move the cells back under their headings, or empty the three columns of entraphone in this line",
	}
}

func notCorrected() authmethod.Problem {
	return authmethod.Problem{
		Code:    "not-corrected",
		Message: "the line was handed back because it could not be taken apart, and still stands in one cell",
		Advice:  "move its cells under their headings, or leave the line out",
	}
}

func partOfCell(in insideQuotes) Remark {
	return Remark{
		Reason: fmt.Sprintf("the line may be a part of the quoted cell that begins on line %d", in.opened),
		Advice: fmt.Sprintf("put it back into line %d, or leave it out", in.opened),
	}
}
