// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"
#include "core/store/columns.h"

namespace core::store {

/// Turns rows, as a training emits them, into blocks of columns under their names.
class ScalarColumns {
public:
    /// `groups` as in RunOpened. A value without a name there gets `group<g>/<place>`.
    explicit ScalarColumns(std::vector<std::vector<std::string>> groups = {}) : m_groups(std::move(groups)) {}

    std::vector<ScalarBlock> blocks(const events::ScalarRow* rows, std::size_t count) const;

private:
    std::vector<std::vector<std::string>> m_groups;

    std::string nameOf(std::size_t group, std::size_t place) const;
};

}
