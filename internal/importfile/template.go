package importfile

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// Template is a file to start from, in the profile's encoding: a heading with
// all that the profile asks for, and an example that is skipped when the file
// is read. Without phones it is the long form. The error says that the encoding
// does not have the letters of a heading.
func (p Profile) Template() ([]byte, error) {
	example := map[key]string{
		keyUser: "Example: mia@example.com", keyPhoneType: "mobile", keyPhoneNumber: "+33 6 39 98 00 12",
		keyMobile: "+33 6 39 98 00 12", keyAlternateMobile: "+33 6 39 98 00 13", keyOffice: "+33 1 99 00 12 34", keyCountry: "FR",
	}
	columns := p.templateColumns()
	var headings, cells []string
	for k := range numKeys {
		if named := columns[k.String()]; len(named) > 0 {
			headings, cells = append(headings, named[0]), append(cells, example[k])
		}
	}
	known := slices.Clone(headings)
	for _, condition := range p.Where {
		heading, value, not, _ := splitCondition(condition, known)
		if slices.ContainsFunc(headings, func(h string) bool { return fold(h) == fold(heading) }) {
			continue
		}
		if not {
			value = ""
		}
		headings, cells = append(headings, heading), append(cells, value)
	}
	text := templateLine(headings) + templateLine(cells)
	encoder, err := encoderOf(p.Encoding)
	if err != nil {
		return nil, err
	}
	encoded, err := encoder.Bytes([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("writing the headings in %s: %w", p.Encoding, err)
	}
	return encoded, nil
}

// templateColumns are the profile's, and those that a file must have.
func (p Profile) templateColumns() map[string]Texts {
	columns := map[string]Texts{keyUser.String(): {"userPrincipalName"}}
	if !p.namesPhones() {
		columns[keyPhoneType.String()], columns[keyPhoneNumber.String()] = Texts{"phoneType"}, Texts{"phoneNumber"}
	}
	if len(p.Columns) == 0 {
		columns[keyCountry.String()] = Texts{"country"}
	}
	for name, headings := range p.Columns {
		columns[name] = headings
	}
	return columns
}

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

// encoderOf writes in the encoding that [explicit] would read.
func encoderOf(wanted string) (*encoding.Encoder, error) {
	if wanted == "" {
		return encoding.Nop.NewEncoder(), nil
	}
	_, name, _, err := explicit(strings.NewReader(""), wanted)
	if err != nil {
		return nil, err
	}
	for _, w := range wide {
		if w.name == name {
			return unicode.UTF16(w.order, unicode.UseBOM).NewEncoder(), nil
		}
	}
	if e, is := encodingNamed(name); is {
		return e.NewEncoder(), nil
	}
	return encoding.Nop.NewEncoder(), nil // UTF-8
}
