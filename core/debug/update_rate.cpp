// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/update_rate.h"

#include "core/debug/rule_fields.h"

#include <map>

namespace core::debug {

std::vector<Need> UpdateRate::needs() const
{
    return {{{{"weights"}}, {"l2"}, {Mode::Train}}, {{{"updates"}}, {"l2"}, {Mode::Train}}};
}

Verdict UpdateRate::at(const Moment& now)
{
    std::map<std::string, double> sizes;
    for (const Watched& weight : now.tensors(0))
        if (now.has(weight))
            sizes["update/" + weight.tensor] = now.value(weight);
    std::vector<double> ratios;
    for (const Watched& update : now.tensors(1))
        if (const auto size = sizes.find(update.tensor); now.has(update) && size != sizes.end() && size->second > 0)
            ratios.push_back(now.value(update) / size->second);
    if (ratios.empty())
        return {};
    const auto middle = ratios.begin() + std::ptrdiff_t(ratios.size() / 2);
    std::nth_element(ratios.begin(), middle, ratios.end());
    if (!(m_above ? *middle > m_threshold : *middle < m_threshold)) {
        m_count = 0;
        return {};
    }
    if (++m_count == 1)
        m_since = now.step;
    if (m_count < m_patience)
        return {};
    return Hit{"train/lr", *middle, m_threshold,
               "A step changes the weights by " + figure(100 * *middle) + " % of their size, for " +
                   plural(m_count, "saved step", "saved steps") + " running; about 0.1 % is usual.",
               m_since};
}

}
