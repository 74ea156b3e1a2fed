// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <limits>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace core::base {

struct Schema;

struct Flag {};
struct Int {
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    bool log = false;
};
struct Real {
    double min = -std::numeric_limits<double>::infinity();
    double max = std::numeric_limits<double>::infinity();
    bool aboveMin = false; ///< `min` itself is not allowed
    bool belowMax = false; ///< `max` itself is not allowed
    bool log = false;      ///< steps and sliders go by factors
};
/// One of some names; with a `family`, the kinds of its plug-ins.
struct Choice {
    std::vector<std::string> options = {};
    std::string family = {};
};
struct Text {};
struct Path {
    bool folder = false;
    bool orName = false; ///< a word that is no file there is a name, and stays as it is
};
/// `{"kind": one of a family, its parameters …}`, or the kind alone as text. `common` are parameters that every kind
/// has. A text that is no kind stands for `{"kind": textKind, "path": text}` where `textKind` is set.
struct OneOf {
    std::string family;
    std::shared_ptr<const Schema> common = {};
    std::string textKind = {};
    std::string key = "kind"; ///< under which the kind stands
};
struct Group {
    std::shared_ptr<const Schema> schema;
};
/// Any JSON; whoever reads it checks it.
struct Tree {};

/// `items` of one simple domain; a single value stands for a list of one.
struct List;
using Domain = std::variant<Flag, Int, Real, Choice, Text, Path, OneOf, Group, Tree, std::shared_ptr<const List>>;

/// What the tooltip teaches.
struct Help {
    std::string text = {};
    std::string formula = {};
    std::string tooLow = {};
    std::string tooHigh = {};
};

/// A field is shown where the field `key` beside it has one of these values.
struct Condition {
    std::string key;
    std::vector<Value> anyOf;
};

struct Field {
    std::string key;
    Domain domain;
    Value fallback = {};
    Help help = {};
    std::string unit = {};
    std::vector<std::string> words = {}; ///< texts that stand beside the domain, such as `full` or `auto`
    bool nullable = false;               ///< null is allowed: off, or found by itself
    bool tunable = false;                ///< may be a dimension of a tuning study
    bool live = false;                   ///< may change between two steps
    std::vector<Condition> visibleWhen = {};
    std::string nullWord = {}; ///< what forms call null: `all`, `auto`; empty: `off`
    std::string onlyFor = {};  ///< the family of models that takes it; empty: every one
};

struct List {
    Domain items;
    std::size_t min = 0;
    std::size_t max = 1000;
};

struct Schema {
    std::vector<Field> fields;

    const Field* find(std::string_view key) const;
};

/// One plug-in as forms, flags and documents see it.
struct Entry {
    std::string kind;
    std::string title;
    std::string help;
    Schema schema;
};

struct Family {
    std::string name;
    std::vector<Entry> entries;

    const Entry* find(std::string_view kind) const;
};

/// Every family of plug-ins, as values.
class Catalog {
public:
    void add(Family family);
    const Family* find(std::string_view family) const;
    const std::vector<Family>& families() const { return m_families; }

private:
    std::vector<Family> m_families;
};

/// A choice from a family with its parameters, as read from a checked experiment.
struct Pick {
    std::string kind;
    Value params = Object{};

    bool operator==(const Pick&) const = default;
};

}
