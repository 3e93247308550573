package importfile

import (
	"slices"
	"strings"

	"entraphone/internal/heading"
	"entraphone/internal/table"
)

// sampleRows is how many records are looked at where a heading leaves open what a
// column holds. Enough that a remark here and there does not count.
const sampleRows = 50

// sampleOf are the cells of the first records below the heading that are at hand;
// perhaps none. Of the file of which a copy was made they were others. The heading
// in words and other lines without a digit and an address tell nothing.
func sampleOf(t *table.Table) (found [][]string) {
	if t.IsCopy() {
		return nil
	}
	for cells := range t.Ahead() {
		for i := range cells {
			cells[i] = heading.Trim(cells[i][:min(len(cells[i]), heading.MaxUserBytes)]) // pasted letters tell nothing
		}
		if slices.ContainsFunc(cells, func(cell string) bool { return strings.ContainsAny(cell, "@0123456789") }) {
			found = append(found, cells)
		}
		if len(found) == sampleRows {
			break
		}
	}
	return found
}

// isDialCode reports whether a cell holds a dialling code. It answers for package
// heading, which knows no numbering plan.
func isDialCode(cell string) bool {
	digits, is := partDigits(heading.DialCode, cell)
	return is && digits != ""
}
