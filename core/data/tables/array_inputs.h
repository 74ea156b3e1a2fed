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

}
