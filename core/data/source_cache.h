// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

namespace core::data {

/// What a source gave last, for whoever opens the same data again with other edits or another split. Files that have
/// changed since are read again. For one thread at a time.
class SourceCache {
public:
    base::Result<Loaded> load(const SourceRequest& request);

private:
    std::string m_key;
    std::optional<Loaded> m_loaded;
};

}
