// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"

#include "core/data/ops/frame.h"

#include <algorithm>

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

class HeldImages final : public SampleStore {
public:
    explicit HeldImages(at::Tensor images) : m_images(images.contiguous()) {}

    std::int64_t size() const override { return m_images.size(0); }

    base::Result<Sample> outline(std::int64_t) const override
    {
        return Sample{.modality = Modality::Image, .shape = m_images.sizes().slice(1).vec()};
    }

    base::Result<Sample> read(std::int64_t row) const override
    {
        Sample sample{.modality = Modality::Image, .shape = m_images.sizes().slice(1).vec()};
        const std::int64_t length = m_images.numel() / m_images.size(0);
        sample.values.resize(std::size_t(length));
        if (m_images.scalar_type() == at::kByte) {
            fractionsOf(m_images.const_data_ptr<std::uint8_t>() + row * length, sample.values);
        } else {
            const float* values = m_images.const_data_ptr<float>() + row * length;
            std::copy(values, values + length, sample.values.begin());
        }
        return sample;
    }

private:
    at::Tensor m_images;
};

}

std::shared_ptr<const SampleStore> heldImages(at::Tensor images)
{
    return std::make_shared<HeldImages>(std::move(images));
}

std::shared_ptr<const SampleStore> heldSamples(std::vector<Sample> samples, std::vector<std::string> where)
{
    return std::make_shared<HeldSamples>(std::move(samples), std::move(where));
}

}
