package report

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"entraphone/internal/authmethod"
)

// reason is why rows need somebody, and how many. Rows have the same one where the
// code of what happened is the same.
type reason struct {
	first authmethod.RowNumber
	rows  int
}

// maxReasons is how many reasons of a class the screen shows, the commonest first.
// The others are counted, and stand in results.csv.
const maxReasons = 6

// reasonsOf are the reasons of some rows, the commonest first.
func reasonsOf(results *authmethod.Results, rows []authmethod.RowNumber) []*reason {
	known := map[string]*reason{}
	var all []*reason
	for _, n := range rows {
		result := results.At(n)
		key := cmp.Or(string(result.Reason), result.Message)
		if known[key] == nil {
			known[key] = &reason{first: n}
			all = append(all, known[key])
		}
		known[key].rows++
	}
	slices.SortStableFunc(all, func(a, b *reason) int { return b.rows - a.rows })
	return all
}

// printClasses prints for each class how many rows it has, for which reasons, and
// the command to go on with. Every reason has its first row, with which somebody can
// begin.
func printClasses(text *bytes.Buffer, results *authmethod.Results, f Facts) {
	classes := classesOf(results)
	title := "\nWhat is left to do\n"
	for _, class := range authmethod.Classes() {
		of := classes[class]
		if len(of) == 0 {
			continue
		}
		fmt.Fprintf(text, "%s\n  %-13s  %8d  %s\n", title, class, len(of), remedies[class])
		title = ""
		reasons := reasonsOf(results, of)
		for i, r := range reasons {
			if i == maxReasons && len(reasons) > maxReasons+1 {
				rest := 0
				for _, r := range reasons[i:] {
					rest += r.rows
				}
				fmt.Fprintf(text, "  %8d  for %d more reasons, in results.csv\n", rest, len(reasons)-i)
				break
			}
			fmt.Fprintf(text, "  %8d  %s\n", r.rows, Wrap(Printable(r.words(results, f)), widthOf(f), 12))
		}
		if next := f.Next[class]; next != "" { // never broken: it is to be copied
			fmt.Fprintf(text, "    then    %s\n", next)
		}
	}
	printUneven(text, results, f)
}

// words are what happened to the rows, and the first of them. Of a rejected row its
// first problem counts, which is what it is grouped by.
func (r *reason) words(results *authmethod.Results, f Facts) string {
	row, result := results.Rows().At(r.first), results.At(r.first)
	user, message := row.User, result.Message
	if result.Outcome == authmethod.Rejected { // where columns were mixed up, this is a number, and the screen may be a mail
		user = MaskUser(user)
		if problems := results.Findings(r.first).Problems; len(problems) > 0 {
			message = problems[0].Message
		}
	}
	if f.Stopped != "" { // which stands above
		message = strings.TrimSuffix(message, ": "+f.Stopped)
	}
	line := "line"
	if r.rows > 1 {
		line = "first line"
	}
	where := fmt.Sprintf("%s %d", line, row.Line)
	if user != "" { // as of a line that could not be split into cells
		where += ", " + user
	}
	return joined(": ", message, where)
}

// uneven is how many rows something has in common, and how many of them need
// somebody.
type uneven struct {
	name       string
	rows, left int
}

// Fewer rows than these are chance, and a share that is not so much above that of all
// rows tells nothing.
const (
	leastLeft  = 5
	oftenTimes = 2
)

// noType is the rank of texts that name no phone type.
var noType = authmethod.PhoneType("").Rank()

// printUneven names the phone types and countries that need somebody far more often
// than the file as a whole: what is wrong is then wrong with all of them. Rejected rows
// have no number, and so no country.
func printUneven(text *bytes.Buffer, results *authmethod.Results, f Facts) {
	types, countries := map[string]*uneven{}, map[string]*uneven{}
	count := func(of map[string]*uneven, name string, left bool) {
		if of[name] == nil {
			of[name] = &uneven{name: name}
		}
		of[name].rows++
		if left {
			of[name].left++
		}
	}
	left := 0
	for n, row := range results.Rows().All() {
		needs := !results.At(n).Outcome.Success()
		if needs {
			left++
		}
		if row.PhoneType.Rank() < noType {
			count(types, string(row.PhoneType), needs)
		}
		if code, _, _ := row.Number.Parts(); code != "" {
			count(countries, "numbers of +"+code, needs)
		}
	}
	share := float64(left) / float64(max(1, results.Rows().Len()))
	var told []string
	for _, of := range []map[string]*uneven{types, countries} {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			if u := of[name]; len(of) > 1 && u.left >= leastLeft && float64(u.left) >= oftenTimes*share*float64(u.rows) {
				told = append(told, fmt.Sprintf("%s %d of %d rows", u.name, u.left, u.rows))
			}
		}
	}
	if len(told) > 0 {
		fmt.Fprintf(text, "\n  %s\n", Wrap(Printable("far more often than the other rows: "+strings.Join(told, ", ")), widthOf(f), 2))
	}
}

// usualWidth is how many columns a screen has that nothing is known of.
const usualWidth = 80

func widthOf(f Facts) int { return cmp.Or(f.Width, usualWidth) }

// Wrap breaks a text into lines of a width, under where it begins: behind so many
// columns. It cuts nothing: a word that is longer stands in a line of its own. It
// counts runes: a letter of two columns, as in Chinese, makes a line longer.
func Wrap(text string, width, indent int) string {
	var out strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		length := len([]rune(word))
		switch {
		case column == 0:
		case indent+column+1+length > width:
			out.WriteString("\n" + strings.Repeat(" ", indent))
			column = 0
		default:
			out.WriteByte(' ')
			column++
		}
		out.WriteString(word)
		column += length
	}
	return out.String()
}
