package journal

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"entraphone/internal/authmethod"
)

// entry is one line of the file but the first, of whatever event. What an event
// does not have is zero. Members that this program does not know, such as those
// of a later version, are passed over. The phone number is whole, in Graph's
// form.
type entry struct {
	Event       string               `json:"event"`
	At          time.Time            `json:"at"`
	User        string               `json:"user"`
	PhoneType   authmethod.PhoneType `json:"phoneType"`
	PhoneNumber string               `json:"phoneNumber"`
	Line        int32                `json:"line"`
	Outcome     authmethod.Outcome   `json:"outcome"`
	Class       authmethod.Class     `json:"class"`
	Reason      authmethod.Code      `json:"reason"`
	HTTPStatus  int                  `json:"httpStatus"`
	Code        string               `json:"code"`
	Message     string               `json:"message"`
	Detail      string               `json:"detail"`
	Advice      string               `json:"advice"`
	RequestID   string               `json:"requestId"`
	Attempts    int                  `json:"attempts"`
	ExitCode    int                  `json:"exitCode"`
	Verb        string               `json:"verb"` // of an intent; empty for create
	As          authmethod.PhoneType `json:"as"`
	Previous    string               `json:"previous"`
	Registered  string               `json:"registered"`
	SMSSignIn   string               `json:"smsSignIn"`
	Credential  string               `json:"credential"`
	Would       string               `json:"would"`
	Address     string               `json:"address"` // of the user, where it is not the name

	key  key
	hash uint64 // of the key
}

// decode reads one line, with or without its line break, and overwrites what the
// entry held. It does not ask whether event and outcome exist: take does.
// Several goroutines decode at once, each into entries of its own.
func (e *entry) decode(line []byte) error {
	if !e.quick(line) {
		*e = entry{}
		if err := json.Unmarshal(line, e); err != nil {
			return err
		}
	}
	e.key = key{strings.ToLower(e.User), e.PhoneType, e.PhoneNumber}
	e.hash = e.key.hash()
	return nil
}

// quick reads a line as this package writes nearly all of them: members that it
// knows, texts without escapes, and whole numbers. It is false for anything
// else, which encoding/json reads, or finds fault with; that takes eight times
// as long, and a run of a million rows has two million lines. What it does read
// it reads as encoding/json would.
func (e *entry) quick(line []byte) bool {
	*e = entry{}
	rest, open := bytes.CutPrefix(line, []byte{'{'})
	for open {
		name, after, ok := quickText(rest)
		after, colon := bytes.CutPrefix(after, []byte{':'})
		if !ok || !colon {
			return false
		}
		text, number := []byte(nil), 0
		if text, rest, ok = quickText(after); !ok {
			if number, rest, ok = quickNumber(after); !ok {
				return false
			}
		}
		if !e.set(string(name), text, number) || len(rest) == 0 {
			return false
		}
		if rest[0] == '}' {
			return len(bytes.TrimRight(rest[1:], "\n")) == 0
		}
		rest, open = bytes.CutPrefix(rest, []byte{','})
	}
	return false
}

// quickText reads a text in quotes that has no escapes. Bytes beyond ASCII are
// left to encoding/json, which replaces those that are not UTF-8.
func quickText(from []byte) (text, rest []byte, ok bool) {
	inner, ok := bytes.CutPrefix(from, []byte{'"'})
	end := bytes.IndexByte(inner, '"')
	if !ok || end < 0 {
		return nil, from, false
	}
	text = inner[:end]
	for _, b := range text {
		if b == '\\' || b < ' ' || b >= utf8.RuneSelf {
			return nil, from, false
		}
	}
	return text, inner[end+1:], true
}

// quickNumber reads a whole number from 1 to 999,999,999, which fits an int32.
// One that begins with 0 is left to encoding/json, which takes 0 and refuses 01
// (RFC 8259, section 6).
func quickNumber(from []byte) (number int, rest []byte, ok bool) {
	digits := len(from) - len(bytes.TrimLeft(from, "0123456789"))
	if digits < 1 || digits > 9 || from[0] == '0' {
		return 0, from, false
	}
	number, err := strconv.Atoi(string(from[:digits]))
	return number, from[digits:], err == nil
}

// set gives a member its value, a text or, where that is nil, a number. It is
// not known where this program has no such member, or one of the other kind;
// quick then gives up.
func (e *entry) set(name string, text []byte, number int) (known bool) {
	if text == nil {
		switch name {
		case "line":
			e.Line = int32(number)
		case "httpStatus":
			e.HTTPStatus = number
		case "attempts":
			e.Attempts = number
		case "exitCode":
			e.ExitCode = number
		default:
			return false
		}
		return true
	}
	switch name {
	case "event":
		e.Event = string(text)
	case "at":
		return e.At.UnmarshalText(text) == nil
	case "user":
		e.User = string(text)
	case "phoneType":
		e.PhoneType = authmethod.PhoneType(text)
	case "phoneNumber":
		e.PhoneNumber = string(text)
	case "outcome":
		e.Outcome = authmethod.Outcome(text)
	case "class":
		e.Class = authmethod.Class(text)
	case "reason":
		e.Reason = authmethod.Code(text)
	case "code":
		e.Code = string(text)
	case "message":
		e.Message = string(text)
	case "detail":
		e.Detail = string(text)
	case "advice":
		e.Advice = string(text)
	case "requestId":
		e.RequestID = string(text)
	case "verb":
		e.Verb = string(text)
	case "as":
		e.As = authmethod.PhoneType(text)
	case "previous":
		e.Previous = string(text)
	case "registered":
		e.Registered = string(text)
	case "address":
		e.Address = string(text)
	case "would":
		e.Would = string(text)
	case "smsSignIn":
		e.SMSSignIn = string(text)
	case "credential":
		e.Credential = string(text)
	default:
		return false
	}
	return true
}
