package importfile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxValues is how many different values a person reads, and a status has.
const maxValues = 8

// values counts the different values of a column, without regard to case.
type values struct {
	different []value
	many      bool // more than maxValues, or longer than a status is
}

type value struct {
	text  string
	count int
}

// add counts a cell, and says under which of the different ones.
func (v *values) add(cell string) (at int) {
	if v.many {
		return none
	}
	text := legible(cell)
	if at := slices.IndexFunc(v.different, func(d value) bool { return strings.EqualFold(d.text, text) }); at >= 0 {
		v.different[at].count++
		return at
	}
	if v.many = len(v.different) == maxValues || len(text) > maxShown; v.many {
		return none
	}
	v.different = append(v.different, value{text, 1})
	return len(v.different) - 1
}

// String names the values, the commonest first.
func (v *values) String() string {
	sorted := slices.Clone(v.different)
	slices.SortStableFunc(sorted, func(a, b value) int { return b.count - a.count })
	var texts []string
	for _, d := range sorted {
		if v.many { // and were not counted to the end
			texts = append(texts, quoted(d.text))
		} else {
			texts = append(texts, fmt.Sprintf("%s %d", quoted(d.text), d.count))
		}
	}
	if v.many {
		texts = append(texts, "and more")
	}
	return strings.Join(texts, ", ")
}

// Columns by which exports tell leavers and closed accounts from the others, by
// the letters of their headings without accents. What a true cell or a date
// says under goneHeading, a false one says under activeHeading.
var (
	goneHeading = regexp.MustCompile(`in-?a[ck]?tiv|inattiv|inactief|de[sz]?a[ck]tiv|disattiv|desativ|disabled|suspend|archive?d|archivi|blocked|block(sign|cred|login)|gesperrt` +
		`|terminat|leaver|leav(e|ing)date|lastday|lastworking|exitdate|dateofexit|depart(ure|date)|dated(e)?(sortie|depart|fin)|(contract|employment|service|work)enddate|^enddate$` +
		`|austritt|ausgeschieden|kundigung|fechade(baja|salida|egreso)|^baja|cessazione|dimission|datauscita|datade(saida|demissao|desligamento)|uitdienst|slutdat|sluttdato|fratrae`)
	activeHeading = regexp.MustCompile(`enabled|activ|actief|aktiv|aktyw|actif|attiv|^ativ`)
	statusHeading = regexp.MustCompile(`status|statut|stato|estado|situac|situat|(account|employee|employment|lifecycle|person|user|worker)state|onleave|useraccountcontrol|^tila$|^stav$`)
	// otherHeading are headings of what is no matter of staying or leaving.
	otherHeading = regexp.MustCompile(`marital|civil|famil|visa|tax|vacc|veteran|militar|disabilit|exempt|training|consent|mfa|mail|licen|sync|sms|phone|voice|vpn|activit|attivit|aktivit|activation|aktivier`)
)

// Values that mean the same, folded and without accents.
var (
	goneValue = regexp.MustCompile(`^not active|\b(ina[ck]?tiv\w*|inactief|inattiv\w*|inativ\w*|nieaktywn\w*|neaktivn\w*|terminated|termed|leaver|left|former|exited|departed|resigned|dismissed|retired` +
		`|deceased|disabled|deactivated|deaktiviert|suspended|archived|archiviert|blocked|gesperrt|deleted|ausgeschieden|ausgetreten|ehemalig\w*|sorti|parti|desactive|suspendu|baja|cesado|cessato` +
		`|dimesso|desligad[oa]|demitid[oa]|suspendido|sospeso|uit dienst|slutat|avslutad|fratradt|sluttet|zwolnion\w*|ukoncen\w*)\b`)
	staysValue = regexp.MustCompile(`^(not?|never|nicht|non|nie) `)
	trueValue  = regexp.MustCompile(`^(true|yes|y|x|1|ja|j|oui|o|si|s|sim|tak|ano|kylla|wahr|vrai|verdadero|verdadeiro|vero)$`)
	falseValue = regexp.MustCompile(`^(false|no|n|0|nein|non|nee|nej|nei|nao|nie|ne|ei|falsch|faux|falso)$`)
	dateValue  = regexp.MustCompile(`^\w{1,4}[-/. ]+\w{1,9}[-/., ]+\d{2,4}\b|^\d{8}$`)
)

// statusSeeker counts the values of a column that looks like a status, in case
// nobody has thought of the leavers.
type statusSeeker struct {
	Column
	known []knownCell // cells as they stand in the file, so that most need not be understood again
	values
	filled, blank, dates int
}

type knownCell struct {
	raw    string
	at     int // of the values
	filled bool
	dated  bool
}

// newStatusSeekers are those for all such columns that neither mean something
// here nor have a condition.
func newStatusSeekers(c *columns, headings []string) []*statusSeeker {
	var seekers []*statusSeeker
	for i, heading := range headings {
		told := c.means(i) || slices.ContainsFunc(c.conditions, func(c condition) bool { return c.column == i })
		name := withoutAccents(lettersOf(heading))
		if told || otherHeading.MatchString(name) {
			continue
		}
		if statusHeading.MatchString(name) || activeHeading.MatchString(name) || goneHeading.MatchString(name) {
			seekers = append(seekers, &statusSeeker{Column: Column{Number: i + 1, Heading: heading}})
		}
	}
	return seekers
}

// look counts a cell of a record; text understands it.
func (s *statusSeeker) look(raw []byte, text func([]byte) string) {
	raw = bytes.TrimSpace(raw)
	i := slices.IndexFunc(s.known, func(k knownCell) bool { return k.raw == string(raw) })
	var cell knownCell
	if i >= 0 {
		cell = s.known[i]
		if cell.at != none && !s.many {
			s.different[cell.at].count++
		}
	} else {
		value := text(raw)
		cell = knownCell{string(raw), s.add(value), legible(value) != "", dateValue.MatchString(value)}
		if len(s.known) < maxValues {
			s.known = append(s.known, cell)
		}
	}
	s.filled, s.blank, s.dates = s.filled+count(cell.filled), s.blank+count(!cell.filled), s.dates+count(cell.dated)
}

// statusHints are what the seekers found, in words.
func statusHints(seekers []*statusSeeker) (hints []string) {
	for _, s := range seekers {
		if text := s.describe(); text != "" {
			hints = append(hints, text)
		}
	}
	return hints
}

// describe names the values of a column that tells records apart, and how those
// that are not meant are left out. It is empty where it does not.
func (s *statusSeeker) describe() string {
	name := withoutAccents(lettersOf(s.Heading))
	switch {
	case goneHeading.MatchString(name) && s.filled > 0 && s.dates == s.filled:
		if s.blank == 0 {
			return ""
		}
		return fmt.Sprintf("%v has a date in %d of %d lines: look whether these people have left", s.Column, s.filled, s.filled+s.blank)
	case s.many:
		return ""
	}
	var flags []string
	for _, v := range s.different {
		if isGone(name, v.text) {
			flags = append(flags, flag("--where", s.Heading+"!="+v.text))
		}
	}
	switch {
	case len(flags) > 0:
		return fmt.Sprintf("%v has %v; to leave some out, add for example %s", s.Column, &s.values, strings.Join(flags, " "))
	case len(s.different) < 2:
		return ""
	}
	return fmt.Sprintf("%v has %v; to leave some out, add %s", s.Column, &s.values, flag("--where", s.Heading+"!=VALUE"))
}

// isGone says that a value is known to mean somebody who has left, or an
// account that is closed. name is the heading's.
func isGone(name, text string) bool {
	folded := withoutAccents(foldValue(text))
	switch {
	case name == "useraccountcontrol":
		const disabled = 2 // https://learn.microsoft.com/troubleshoot/windows-server/active-directory/useraccountcontrol-manipulate-account-properties
		flags, err := strconv.Atoi(folded)
		return err == nil && flags&disabled != 0
	case trueValue.MatchString(folded):
		return goneHeading.MatchString(name)
	case falseValue.MatchString(folded):
		return activeHeading.MatchString(name) && !goneHeading.MatchString(name)
	}
	return goneValue.MatchString(folded) && (strings.HasPrefix(folded, "not active") || !staysValue.MatchString(folded))
}
