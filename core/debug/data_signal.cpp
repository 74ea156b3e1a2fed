// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/data_signal.h"

namespace core::debug {

std::vector<Need> DataSignal::needs() const
{
    return {{{{}, {"^data/" + m_kind + "(_of/|$)"}}, {"value"}}};
}

Verdict DataSignal::at(const Moment& now)
{
    const std::string whole = std::string(dataSignals) + m_kind, each = whole + "_of/";
    std::string columns, name;
    double value = 0;
    for (const Watched& signal : now.tensors()) {
        if (!(now.value(signal) > 0))
            continue;
        if (signal.tensor == whole) {
            value = now.value(signal);
            continue;
        }
        columns += (columns.empty() ? "" : ", ") + signal.tensor.substr(each.size());
        if (name.empty())
            name = signal.tensor;
    }
    if (!(value > m_threshold))
        return {};
    return Hit{name.empty() ? whole : name, value, m_threshold, sentence(value, columns)};
}

}
