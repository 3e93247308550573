package importfile

import (
	"fmt"
	"slices"
	"strings"

	"entraphone/internal/heading"
	"entraphone/internal/table"
)

// Template is a file to start from, in the profile's encoding: a heading with all
// that the profile asks for, and an example that is skipped when the file is read.
// Without phones it is the long form. The error says that the encoding does not have
// the letters of a heading. The numbers of the example are from ranges that France
// keeps for films and books, so that they are nobody's.
func Template(p heading.Profile) ([]byte, error) {
	// Read skips a user that begins with the word for an example.
	example := map[heading.Key]string{
		heading.User: "Example: mia@example.com", heading.PhoneType: "mobile", heading.PhoneNumber: "+33 6 39 98 00 12",
		heading.Mobile: "+33 6 39 98 00 12", heading.AlternateMobile: "+33 6 39 98 00 13", heading.Office: "+33 1 99 00 12 34", heading.Country: "FR",
	}
	columns := templateColumns(p)
	var headings, cells []string
	for k := range heading.NumKeys {
		if named := columns[k.String()]; len(named) > 0 {
			headings, cells = append(headings, named[0]), append(cells, example[k])
		}
	}
	known := slices.Clone(headings)
	// Columns of conditions are needed as well: without them the file would be
	// refused.
	for _, condition := range p.Where {
		column, value, not, _ := splitCondition(condition, known)
		if slices.ContainsFunc(headings, func(h string) bool { return heading.Fold(h) == heading.Fold(column) }) {
			continue
		}
		if not {
			value = ""
		}
		headings, cells = append(headings, column), append(cells, value)
	}
	text := templateLine(headings) + templateLine(cells)
	encoder, err := table.Encoder(p.Encoding)
	if err != nil {
		return nil, err
	}
	// Headings of a profile may be in any language, and its encoding may not have
	// their letters.
	encoded, err := encoder.Bytes([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("writing the headings in %s: %w", p.Encoding, err)
	}
	return encoded, nil
}

// templateColumns are the profile's, and those that a file must have. Only the first
// heading of each is written.
func templateColumns(p heading.Profile) map[string]heading.Texts {
	columns := map[string]heading.Texts{heading.User.String(): {heading.UserKey(p.UserKey).Property()}}
	if !p.NamesPhones() {
		columns[heading.PhoneType.String()], columns[heading.PhoneNumber.String()] = heading.Texts{"phoneType"}, heading.Texts{"phoneNumber"}
	}
	if len(p.Columns) == 0 {
		columns[heading.Country.String()] = heading.Texts{"country"}
	}
	for name, headings := range p.Columns {
		columns[name] = headings
	}
	return columns
}

// templateLine puts cells in quotes where RFC 4180 asks for it, and doubles quotes
// within them.
func templateLine(cells []string) string {
	quoted := make([]string, len(cells))
	for i, text := range cells {
		quoted[i] = text
		if strings.ContainsAny(text, ",\"\r\n") {
			quoted[i] = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
	}
	return strings.Join(quoted, ",") + "\n"
}
