package heading

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"entraphone/internal/authmethod"
)

// ParsePhoneType is the phone type that a cell names: as people and the codes of HR
// systems call the three types ("cell", "Handy", "Travail", "W1"), or as the heading
// that a column of such phones would have ("Telefon geschäftlich"). A private or
// home phone is none of them: Entra has no such type.
func ParsePhoneType(cell string) (authmethod.PhoneType, bool) {
	cell = strings.TrimPrefix(cell, "* ") // Google's mark of the one that is preferred
	if strings.ContainsFunc(cell, notInType) {
		return "", false // "mobile?" is a doubt
	}
	if t, known := either(lexical().types, typeLetters(cell)); known {
		return t, true
	}
	if m, known := Lookup(cell); known && m.Rank == 0 {
		return m.Key.PhoneType(), m.Key.PhoneType() != ""
	}
	return "", false
}

// typeLetters are those by which types are compared: "cell phone" is "cell".
func typeLetters(text string) string { return strings.TrimSuffix(letters(text), "phone") }

// notInType reports whether a sign means that the cell holds more than a type.
func notInType(r rune) bool {
	return !inWord(r) && !unicode.IsSpace(r) && !strings.ContainsRune("-_./", r)
}

// NamesKind reports whether a cell names a kind of phone, be it one that cannot be
// registered. "Other" and "Telefon" are kinds only beside others that are certain:
// they may be the answer to any question. It is asked of columns, to find those that
// hold types.
func NamesKind(cell string) (is, certain bool) {
	if _, known := ParsePhoneType(cell); known {
		return true, true
	}
	all := words(strings.ToLower(cell)) // "VoIP" is one word
	switch {
	case len(all) == 1 && isCell(all[0], "type unsure"):
		return true, false
	case mentions(haystack(strings.ToLower(cell)), "type other"):
		return len(all) < 3, len(all) < 3
	}
	says, known := understand(words(cell))
	is = known && says.any("phone+mobile+private") && says.only("phone+mobile+desk+work+private+first+second+alternate+number")
	return is, is && !says.only("phone+number")
}

// namesKind is NamesKind for those who need no certainty.
func namesKind(cell string) bool {
	is, _ := NamesKind(cell)
	return is
}

// numberLike reports whether a cell could be a phone number, and is no room, model
// or remark. It knows no numbering plan, and is asked only whether a column holds
// phones at all.
func numberLike(cell string) bool {
	digits := count(cell, unicode.IsDigit)
	return digits > 4 && digits > count(cell, unicode.IsLetter) && !strings.Contains(cell, "@")
}

// hasDigit reports whether a cell has a digit of any script.
func hasDigit(cell string) bool { return strings.ContainsFunc(cell, unicode.IsDigit) }

// letterCode is what a country's code in letters looks like. ISO 3166 has codes of
// two and of three letters.
var letterCode = regexp.MustCompile(`^[A-Za-z]{2,3}$`)

// IsEmpty reports whether a cell says that there is nothing to say: "n/a", "néant",
// "keine Angabe". NA in capitals is Namibia. It is for cells of any column.
func IsEmpty(text string) bool {
	return text != "NA" && saysNothing(text, "empty")
}

// IsEmptyNumber is IsEmpty for a cell of numbers, where more can say so: "x", "?",
// "keine". In other columns such a word may be a name or a value.
func IsEmptyNumber(text string) bool {
	return saysNothing(text, "empty", "empty number")
}

// saysNothing looks a cell up only when it could be in the table: it is asked of
// every cell of a file.
func saysNothing(text string, meanings ...string) bool {
	if text == "" || len(text) > maxEmpty || strings.ContainsAny(text, "123456789") { // as nearly all cells
		return text == ""
	}
	return isCell(text, meanings...)
}

// maxEmpty is longer than anything that says so, in bytes.
const maxEmpty = 30

// Labels are the words that address books write before a number. "Fax" is none.
func Labels() []string { return slices.Clone(lexical().listOf("label").words) }

// ExtensionMarks are what people write between a number and its extension, the
// longest first.
func ExtensionMarks() []string {
	marks := slices.Clone(lexical().listOf("mark").words)
	slices.SortStableFunc(marks, func(a, b string) int { return len(b) - len(a) })
	return marks
}

// IsStatus reports whether a column seems to tell leavers and closed accounts from
// the others, by its heading. It does not say that its cells bear it out.
func IsStatus(heading string) bool {
	all := haystack(heading)
	return !mentions(all, "no status") && mentions(all, "status", "active", "gone")
}

// TellsLeaving reports whether a date under a heading is when somebody leaves.
func TellsLeaving(heading string) bool { return mentions(haystack(heading), "gone") }

// dateValue matches three parts in any order, a month in letters among them, and
// eight digits.
var dateValue = regexp.MustCompile(`^\w{1,4}[-/. ]+\w{1,9}[-/., ]+\d{2,4}\b|^\d{8}$`)

// IsDate reports whether a cell holds a date.
func IsDate(cell string) bool { return dateValue.MatchString(cell) }

// IsGone reports whether a value under a heading means somebody who has left, or an
// account that is closed. A value that says nothing of it is false, so that nobody
// is left out by a guess.
func IsGone(heading, value string) bool {
	if letters(heading) == "useraccountcontrol" {
		const disabled = 2 // https://learn.microsoft.com/troubleshoot/windows-server/active-directory/useraccountcontrol-manipulate-account-properties
		flags, err := strconv.Atoi(FoldValue(value))
		return err == nil && flags&disabled != 0
	}
	about := haystack(heading)
	first, rest, more := strings.Cut(plain(FoldValue(value)), " ")
	switch {
	case isCell(value, "value true"):
		return mentions(about, "gone")
	case isCell(value, "value false"):
		return mentions(about, "active") && !mentions(about, "gone")
	case more && isCell(first, "value not"):
		return mentions(haystack(rest), "active") && !mentions(haystack(rest), "value gone")
	}
	return mentions(haystack(plain(FoldValue(value))), "value gone")
}
