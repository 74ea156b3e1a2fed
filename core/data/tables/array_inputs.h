// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/array.h"
#include "core/data/info.h"
#include "core/tensor/tensor.h"

namespace core::data {

/// Makes inputs of arrays of one kind, the first of which says what a row is. Bytes of three or four dimensions are
/// pictures, and so are numbers of four, or of three where the last two are as long; other numbers of three dimensions
/// are series.
class ArrayInputs {
public:
    /// `layout`: auto, table, image or series.
    ArrayInputs(const NumberArray& first, const std::string& layout, std::string where);

    const std::vector<std::int64_t>& shape() const { return m_shape; }
    Modality modality() const { return m_modality; }
    /// [rows, …shape] uint8 for pictures of whole numbers from 0 to 255, else float32.
    base::Result<at::Tensor> make(const NumberArray& array) const;

private:
    std::vector<std::int64_t> m_shape;
    Modality m_modality = Modality::Table;
    std::string m_where;
    bool m_turned = false; ///< the last dimension of the array is the first of the shape
    bool m_bytes = false;
};

/// Writes the elements of `array` to `made` [rows, …], of bytes or floats; element i of a row is number `from(i)` of
/// the array's row.
template <class Array, class From>
void copyElements(const Array& array, at::Tensor& made, const From& from)
{
    const std::int64_t length = array.rowLength();
    const bool bytes = made.scalar_type() == at::kByte;
    for (std::int64_t row = 0; row < array.rows(); ++row)
        for (std::int64_t i = 0; i < length; ++i) {
            const double value = array.at(row * length + from(i));
            if (bytes)
                made.mutable_data_ptr<std::uint8_t>()[row * length + i] = std::uint8_t(value);
            else
                made.mutable_data_ptr<float>()[row * length + i] = float(value);
        }
}

}
