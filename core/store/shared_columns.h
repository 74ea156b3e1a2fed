// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/h5.h"

#include <deque>

namespace core::store {

/// Writes columns of numbers, such as the steps of series that were taken together, once where they are the same: under
/// their other paths stands a link, and whoever reads the file finds them there as well.
class SharedColumns {
public:
    /// `loosely` as in h5::DatasetOptions.
    explicit SharedColumns(hid_t file, bool loosely = false) : m_file(file), m_loosely(loosely) {}

    /// `values` must stay where they are for as long as this lives. Compressed, or with `plain` as they are.
    void write(const std::string& path, const std::vector<std::int64_t>& values, bool plain = false);
    void write(const std::string& path, const std::vector<double>& values, bool plain = false);
    /// Of texts only columns without any are shared.
    void write(const std::string& path, const std::vector<std::string>& values);

private:
    template <class T>
    struct Written {
        const std::vector<T>* values = nullptr;
        std::string path;
    };
    template <class T>
    using Lately = std::deque<Written<T>>;

    hid_t m_file;
    bool m_loosely;
    Lately<std::int64_t> m_integers;
    Lately<double> m_reals;
    std::string m_noTexts; ///< where a column without any stands

    h5::DatasetOptions options(std::size_t size, bool plain) const;
    /// True if it was there already, and is linked now.
    template <class T>
    bool linked(Lately<T>& lately, const std::string& path, const std::vector<T>& values);
};

}
