// Package identity holds the rules for identity numbers (公民身份号码) and for
// what may be shown and kept of a person: the number check of GB 11643-1999,
// masked names and numbers, and the keyed hash by which a hall knows that two
// tickets belong to one person without knowing who it is (R-SEC-07).
//
// A number is read from a card (CheckCard) or typed (Parse). It stays in memory
// only until Hash has been taken of it. No error of this package carries a
// number or a name, so its errors may be logged and shown.
//
// The rules have no clock: the day on which a birth date must not lie in the
// future is an argument.
package identity
