// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"

#include <QString>
#include <QStringList>

#include <optional>

/// How values stand in a line of text, how they are read from it, and how they go up and down.
namespace ui::forms {

/// Reals as people write them: `0.01`, `1e-07`, `3`; full precision, no grouping.
QString textOf(const core::base::Value& value);

/// The text of a field's value: its word for null, lists as `16, 16`, trees as JSON.
QString textOf(const core::base::Field& field, const core::base::Value& value);

/// What a typed text means to a field. What it cannot read stays text, so that the check says what is wrong with it.
core::base::Value valueOf(const core::base::Field& field, const QString& text);

/// The words that may stand instead of a value, null's word first.
QStringList wordsOf(const core::base::Field& field);
QString nullWord(const core::base::Field& field);
/// What an empty text means, as the field's help tells it after "Empty:"; empty where it tells nothing.
QString emptyWord(const core::base::Field& field);

/// One step up (`direction` 1) or down (-1), ten with `large`; nothing if the domain has no order.
/// Logarithmic domains go 1, 2, 5, 10, …, whole ones by doubling; bounded ones by a twentieth of their range; others by
/// the last digit that counts. The result stays inside the domain.
std::optional<core::base::Value> stepped(const core::base::Field& field, const core::base::Value& value, int direction,
                                         bool large);

/// `Early stopping` for `early_stopping`.
QString humanized(const std::string& key);

}
