// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"

namespace core::data {

namespace {

class HeldSamples final : public SampleStore {
public:
    HeldSamples(std::vector<Sample> samples, std::vector<std::string> where)
        : m_samples(std::move(samples)),
          m_where(std::move(where))
    {
    }

    std::int64_t size() const override { return std::int64_t(m_samples.size()); }
    base::Result<Sample> read(std::int64_t row) const override { return m_samples[std::size_t(row)]; }
    std::string whereOf(std::int64_t row) const override
    {
        return std::size_t(row) < m_where.size() ? m_where[std::size_t(row)] : std::string();
    }

private:
    std::vector<Sample> m_samples;
    std::vector<std::string> m_where;
};

}

std::shared_ptr<const SampleStore> heldSamples(std::vector<Sample> samples, std::vector<std::string> where)
{
    return std::make_shared<HeldSamples>(std::move(samples), std::move(where));
}

}
