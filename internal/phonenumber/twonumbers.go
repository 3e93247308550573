package phonenumber

import (
	"slices"
	"strings"
)

// minSubscriber is the fewest digits that can be a phone number of its own, so
// that "030 / 2312512" is one number and "2312512 / 2312513" is two.
const minSubscriber = 7

// minComplete is the fewest digits after which a separator ends a number that
// no numbering plan knows. The area code before a slash has less.
const minComplete = 8

// minShort is the fewest digits that are tried as a number. The shortest area
// with its subscriber has them.
const minShort = 5

// None of these is enough to tell two numbers from one; each is tried together with
// the count of digits around it or with the numbering plan.
var (
	separators = lazy(`(?i)[\n;,|&/\\]| (?:or|and|oder|und|ou|et) `)

	// goesOn finds digits after a mark that may end a number: a second number,
	// a range of extensions ("23125-10/-11", "23125-0...9") or a remark ("(2)").
	goesOn = lazy(`(?: *[/\\|,;&~(\[]| -|- |--|\.\.)[-. ]*[0-9]`)

	// moreDigits is the part of it that is never grouping within a number.
	moreDigits = lazy(`[/\\|,;&(\[] *[0-9]| -[0-9]`)

	// listMark is a number of a list, before ("2) ") or after (" 1.") the phone.
	listMark = lazy(`^[0-9]{1,2}[.)] *([+0(].*)$`)
	endMark  = lazy(`^(.*) [0-9]{1,2}\.$`)
	remark   = lazy(`^(.*[0-9].*)[(\[] *[0-9]{1,2} *[)\]]$`) // no country groups a number so
)

// holdsTwoNumbers reports whether more than one number stands in text, whatever the
// numbering plan: on two lines, with a plus each, or at least as long each as
// a number is.
func holdsTwoNumbers(text string) bool {
	if before, after, broken := strings.Cut(text, "\n"); broken && countDigits(before) > 0 && countDigits(after) > 0 {
		return true
	}
	if strings.Count(text, "+") > 1 && longParts(strings.Split(text, "+")) > 1 {
		return true
	}
	return strings.ContainsAny(text, ";,|&/\\ ") && longParts(separators().Split(text, -1)) > 1
}

// longParts counts the parts that are long enough to be numbers.
func longParts(parts []string) int {
	n := 0
	for _, part := range parts {
		if countDigits(part) >= minSubscriber {
			n++
		}
	}
	return n
}

// goesOnAfterNumber asks the plan first, because marks alone tell nothing: the slash
// of 030/23125 belongs to one number, that of 23125124/125 does not. It reports
// whether a second number or a remark follows the number in text: by the numbering
// plan where text is a number of its own, and by its length where the rest of the
// number stands in other cells.
func goesOnAfterNumber(text string, region Region, whole bool) bool {
	if whole {
		return endsEarly(text, region)
	}
	return isTwice(text, Region{})
}

// isNumberItself reports whether an extension is as long as a number and is one.
func isNumberItself(extension string, region Region) bool {
	return len(extension) >= minSubscriber && (isComplete(extension, region) || isComplete("+"+extension, region))
}

// endsEarly reports whether text goes on after a number that is complete according
// to the numbering plan. A plain dash between digits never ends one: it stands
// before the extension of an office, as in "030/23125-124".
func endsEarly(text string, region Region) bool {
	if mayGoOn(text) {
		for _, at := range goesOn().FindAllStringIndex(text, -1) {
			if isComplete(text[:at[0]], region) && !isBranch(text, at, region) {
				return true
			}
		}
	}
	if strings.HasSuffix(text, ")") || strings.HasSuffix(text, "]") {
		if m := remark().FindStringSubmatch(text); m != nil && countDigits(m[1]) >= minShort {
			return true
		}
	}
	if strings.HasSuffix(text, ".") {
		if m := endMark().FindStringSubmatch(text); m != nil && isComplete(m[1], region) {
			return true
		}
	}
	if len(text) > 2 && (strings.ContainsAny(text[1:3], ".)")) {
		if m := listMark().FindStringSubmatch(text); m != nil && isComplete(m[1], region) {
			return true
		}
	}
	return startsAgain(text, region)
}

// maxBranch is how many digits may stand behind a hyphen with blanks, as the
// extension of an office that is dialled directly.
const maxBranch = 5

// tightRange is a hyphen without blanks before a short group: what follows a
// further hyphen is the end of a range ("23125-10 - 11").
var tightRange = lazy(`[0-9]-[0-9]{1,3} *$`)

// isBranch reports whether the digits behind a hyphen with blanks belong to the
// number: few, and a number together with what stands before.
func isBranch(text string, at []int, region Region) bool {
	mark := strings.TrimRight(text[at[0]:at[1]], "0123456789")
	return strings.TrimSpace(mark) == "-" && countDigits(text[at[0]:]) <= maxBranch && !tightRange().MatchString(text[:at[0]]) && isComplete(text, region)
}

// mayGoOn is the quick look for what goesOn finds behind enough digits.
func mayGoOn(text string) bool {
	at := strings.LastIndexAny(text, "/\\|,;&~([")
	for _, mark := range []string{" -", "- ", "--", ".."} {
		at = max(at, strings.LastIndex(text, mark))
	}
	return at >= minShort && countDigits(text[:at]) >= minShort
}

// startsAgain reports whether a second number begins behind a blank with the 0 of
// national calls, and that both are complete: "030 1234 030 1235".
func startsAgain(text string, region Region) bool {
	for at := 1; at < len(text); at++ {
		if text[at-1] != ' ' || text[at] != '0' || countDigits(text[at:]) <= minShort {
			continue
		}
		if isComplete(text[:at], region) && isComplete(text[at:], region) {
			return true
		}
	}
	return false
}

// isTwice reports whether text, which is no number as a whole, is two of them with
// a blank or a dash between, or goes on after as many digits as a number has.
func isTwice(text string, region Region) bool {
	complete := minComplete
	if !strings.HasPrefix(text, "+") {
		complete = minSubscriber
	}
	if goesOnBehindMark(text, complete) {
		return true
	}
	for at := 1; at < len(text); at++ {
		if (text[at-1] == ' ' || text[at-1] == '-') && isComplete(text[:at], region) && isComplete(text[at:], region) {
			return true
		}
	}
	return false
}

// goesOnBehindMark reports whether digits follow a mark that never groups a number,
// behind as many digits as make a number complete.
func goesOnBehindMark(text string, complete int) bool {
	return slices.ContainsFunc(moreDigits().FindAllStringIndex(text, -1), func(at []int) bool {
		return countDigits(text[:at[0]]) >= complete
	})
}

// isComplete reports whether text alone is a valid number. Here 00 is always read as
// a plus: in search of a second number no region's own exit code need be known.
func isComplete(text string, region Region) bool {
	if countDigits(text) < minShort {
		return false
	}
	var w written
	if w.keep(text) != nil {
		return false
	}
	switch {
	case w.plus:
		return isValid("+"+w.digits, "")
	case strings.HasPrefix(w.digits, "00"):
		return isValid("+"+w.digits[2:], "")
	}
	return isValid(w.digits, region.Code)
}
