package importfile

import (
	"fmt"
	"slices"
	"strings"

	"entraphone/internal/authmethod"
)

// userKind is what the cell of a user holds.
type userKind int

const (
	userAddress  userKind = iota // name@domain
	userObjectID                 // a GUID
	userDigits                   // an employee id
	userName                     // a name without a domain, as sAMAccountName is
	userLogon                    // DOMAIN\name
	userNone                     // nothing that names one user: the kinds from here on
	userSeveral                  // more than one user
	userDamaged                  // with "?" where letters were
)

// numUserKinds are told apart in a whole file.
const numUserKinds = userNone + 1

// userKinds counts them over a file.
type userKinds [numUserKinds]int

// kindOf tells what a trimmed cell that is not empty holds. Of what is no user
// it says only that.
func kindOf(user string) userKind {
	switch {
	case addressable(user):
		if strings.IndexByte(user, '@') < 0 {
			return userObjectID
		}
		return userAddress
	case len(user) > maxUserBytes:
		return userNone
	case isName(user):
		if strings.Trim(user, "0123456789-") == "" {
			return userDigits
		}
		return userName
	}
	if domain, name, found := strings.Cut(user, `\`); found && isName(domain) && isName(name) {
		return userLogon
	}
	return userNone
}

// fit says that such a user can be sent; completes, that bare names are
// completed.
func (k userKind) fit(completes bool) bool {
	return k == userAddress || k == userObjectID || k == userName && completes
}

// userOf is the user that a cell names: as it stands, or within what stands
// round it. Where it is none, the kind says why.
func userOf(cell string) (user string, kind userKind) {
	kind = kindOf(cell)
	if kind == userAddress || kind == userObjectID {
		return cell, kind
	}
	if inner, is := unwrapped(cell); is {
		return inner, kindOf(inner)
	}
	switch {
	case kind != userNone:
	case strings.Count(cell, "@") > 1:
		kind = userSeveral
	case strings.Contains(cell, "?") && kindOf(strings.ReplaceAll(cell, "?", "x")) != userNone:
		kind = userDamaged
	}
	return cell, kind
}

// holdsMore says that what should be a user is a piece of a row: an address or a
// phone stands in it.
func holdsMore(user string) bool {
	return strings.IndexByte(user, '@') >= 0 || strings.IndexByte(user, '+') >= 0 && countDigits(user) >= minPhoneDigits
}

// checkUser completes the user of a line, or says why it cannot be sent.
func (b *builder) checkUser(c *common) {
	user, kind := userOf(c.user)
	if c.user == "" || !kind.fit(false) && isPlaceholder(c.user) {
		c.problems = append(c.problems, userMissing())
		return
	}
	b.users[min(kind, userNone)]++
	if user != c.user {
		c.user = user
		c.notes = append(c.notes, userUnwrapped())
	}
	switch {
	case kind == userName && b.columns.userDomain != "":
		c.user += "@" + b.columns.userDomain
		c.notes = append(c.notes, userCompleted(b.columns.userDomain))
		if !addressable(c.user) { // too long now
			c.problems = append(c.problems, notAddressable(userNone))
		}
	case kind != userAddress && kind != userObjectID:
		c.problems = append(c.problems, notAddressable(kind))
	}
}

// holds says in words what a column of users holds, the most frequent first.
// The proposal is what --map could say where these can be sent for nobody.
func (u userKinds) holds(heading, domain, proposal string) string {
	addresses := "names with a domain"
	switch folded := strings.ToLower(heading); {
	case strings.Contains(folded, "principal") || strings.Contains(folded, "upn"):
		addresses = "userPrincipalNames"
	case strings.Contains(folded, "mail") || strings.Contains(folded, "correo") || strings.Contains(folded, "courriel"):
		addresses = "mail addresses"
	}
	names := [numUserKinds]string{addresses, "object ids", "employee ids", "names without a domain", `logon names (DOMAIN\name)`, "texts that are no user"}
	if a, known := lookup(aliases(), heading); known && a == (alias{keyUser, rankEmployee}) && !strings.Contains(fold(heading), "accountname") {
		names[userName] = names[userDigits]
	}
	if domain != "" {
		names[userName] += ", completed with @" + domain
	}
	var kinds []userKind
	total := 0
	for k := range numUserKinds {
		if total += u[k]; u[k] > 0 {
			kinds = append(kinds, k)
		}
	}
	if total == 0 {
		return ""
	}
	slices.SortStableFunc(kinds, func(a, b userKind) int { return u[b] - u[a] })
	text := "holds " + names[kinds[0]]
	for _, k := range kinds[1:] {
		text += fmt.Sprintf(", and %s (%d of %d)", names[k], u[k], total)
	}
	if u[userAddress] == 0 && u[userObjectID] == 0 && (u[userName] == 0 || domain == "") {
		text += ": no row can be sent; name a column with userPrincipalNames: " + proposal
		if u[userName] > 0 {
			text += ", or complete the names with --user-domain DOMAIN"
		}
	}
	return text
}

// userProposal names another column that could be the user, if there is one.
func userProposal(unused []Column) string {
	for _, c := range unused {
		if a, known := lookup(aliases(), c.Heading); known && a.key == keyUser && a.rank < rankEmployee {
			return mapFlag(keyUser, c.Heading)
		}
	}
	return "--map user=HEADING"
}

// userDomain is the domain that the options give to users that have none.
func userDomain(opts Options) (string, error) {
	domain := strings.TrimPrefix(trim(opts.UserDomain), "@")
	if opts.UserDomain != "" && !isDomain(domain) {
		return "", &FileError{
			Name:   opts.Name,
			Found:  fmt.Sprintf("--user-domain %q is no domain", opts.UserDomain),
			Advice: "write a domain of the tenant, such as contoso.com",
		}
	}
	return domain, nil
}

func userMissing() authmethod.Problem {
	return authmethod.Problem{
		Code:    "user-missing",
		Message: "the user cell is empty, or says that there is none",
		Advice:  "write the user's userPrincipalName or object id",
	}
}

func userCompleted(domain string) authmethod.Problem {
	return authmethod.Problem{Code: "user-completed", Message: "the user's name was completed with @" + domain}
}

func userUnwrapped() authmethod.Problem {
	return authmethod.Problem{Code: "user-unwrapped", Message: "the user was taken out of what stands round it (mailto:, quotes, a display name)"}
}

// notAddressable says why a user cannot be sent to Graph.
func notAddressable(kind userKind) authmethod.Problem {
	p := authmethod.Problem{
		Code:    "user-not-addressable",
		Message: "the user is neither a name@domain nor an object id: entraphone addresses users by userPrincipalName or object id",
		Advice:  "write the user's userPrincipalName or object id",
	}
	switch kind {
	case userSeveral:
		p.Message = "the cell names more than one user"
		p.Advice = "write one user a line"
	case userDamaged:
		p.Message = "the user has a question mark where an export has lost a letter"
		p.Advice = "export again as UTF-8 (in PowerShell: Export-Csv -Encoding utf8)"
	case userDigits:
		p.Message = "the user is an employee id or another number: entraphone addresses users by userPrincipalName or object id"
		p.Advice = "name a column with userPrincipalNames: --map user=HEADING"
	case userLogon:
		p.Message = "the user is a logon name with a Windows domain: entraphone addresses users by userPrincipalName or object id"
		p.Advice = "name a column with userPrincipalNames: --map user=HEADING"
	case userName:
		p.Message = "the user is a name without a domain: entraphone addresses users by userPrincipalName or object id"
		p.Advice = "name a column with userPrincipalNames (--map user=HEADING), or complete the names with --user-domain DOMAIN"
	}
	return p
}
