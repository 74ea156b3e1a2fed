// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/array_inputs.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace core::data {

namespace {

bool isChannels(std::int64_t length)
{
    return length == 1 || length == 3 || length == 4;
}

// Pixels as bytes hold them: whole, from 0 to 255, and not only 0 and 1, which may be black and white.
bool holdsBytes(const NumberArray& array)
{
    if (array.element == Element::U8)
        return true;
    double most = 0;
    for (std::int64_t i = 0; i < array.count(); ++i) {
        const double value = array.at(i);
        if (!(value >= 0 && value <= 255) || value != std::floor(value))
            return false;
        most = std::max(most, value);
    }
    return most > 1;
}

}

ArrayInputs::ArrayInputs(const NumberArray& first, const std::string& layout, std::string where)
    : m_where(std::move(where))
{
    const auto& s = first.shape;
    const bool couldBe = s.size() == 4 || (s.size() == 3 && (!isFloat(first.element) || s[1] == s[2]));
    const bool image = (s.size() == 3 || s.size() == 4) && (layout == "image" || (layout == "auto" && couldBe));
    if (image) {
        m_turned = s.size() == 4 && !isChannels(s[1]) && isChannels(s[3]);
        m_shape = s.size() == 3 ? std::vector<std::int64_t>{1, s[1], s[2]}
                  : m_turned    ? std::vector{s[3], s[1], s[2]}
                                : std::vector{s[1], s[2], s[3]};
        m_modality = Modality::Image;
        m_bytes = holdsBytes(first);
    } else if (layout != "table" && s.size() == 3) {
        // There are fewer channels than steps: [rows, steps, channels] is turned round.
        m_turned = s[1] > s[2];
        m_shape = m_turned ? std::vector{s[2], s[1]} : std::vector{s[1], s[2]};
        m_modality = Modality::Series;
    } else if (layout == "series" && s.size() == 2) {
        m_shape = {1, s[1]};
        m_modality = Modality::Series;
    } else {
        m_shape = {first.rowLength()};
    }
}

base::Result<at::Tensor> ArrayInputs::make(const NumberArray& array) const
{
    std::int64_t length = 1;
    std::vector<std::int64_t> whole{array.rows()};
    for (const std::int64_t side : m_shape) {
        length *= side;
        whole.push_back(side);
    }
    if (array.rowLength() != length)
        return base::Error{base::ErrorKind::Data, "has arrays of " + shapeText(array) + " and of rows of another shape",
                           m_where, "Both are of one set"};
    const bool bytes = m_bytes && holdsBytes(array);
    at::Tensor made = tensor::empty(whole, bytes ? at::kByte : at::kFloat);
    if (!bytes && !m_turned) {
        array.copyTo(made.mutable_data_ptr<float>());
        return made;
    }
    if (bytes && !m_turned && array.element == Element::U8) {
        std::memcpy(made.mutable_data_ptr<std::uint8_t>(), array.bytes.data(), array.bytes.size());
        return made;
    }
    // Where element i of a row comes from.
    const std::int64_t channels = m_shape.front(), steps = length / std::max<std::int64_t>(1, channels);
    const auto from = [&](std::int64_t i) { return m_turned ? i % steps * channels + i / steps : i; };
    copyElements(array, made, from);
    return made;
}

}
