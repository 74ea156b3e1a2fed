// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace core::data {

/// Answers kept on disk by what was asked, a file each; what cannot be kept is asked again.
class TextCache {
public:
    explicit TextCache(std::filesystem::path folder) : m_folder(std::move(folder)) {}
    /// `descent/<name>/<a number for key>` in the user's cache folder.
    static TextCache ofUser(const std::string& name, const std::string& key);

    std::optional<std::string> find(const std::string& question) const;
    void keep(const std::string& question, const std::string& answer) const;

private:
    std::filesystem::path m_folder;

    std::filesystem::path fileOf(const std::string& question) const;
};

}
